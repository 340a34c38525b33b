// @ts-check
import { number } from '../model/format.js';
import { h, say } from './dom.js';

/** @typedef {import('../model/log/log.js').Log} Log */

const MOST = 10_000; // lines that are found
const TYPING_PAUSE = 150; // milliseconds

/** Looks for words in all of a log. */
export class LogSearch {
  #input = h('input', { type: 'search', placeholder: 'Find in the log', 'aria-label': 'Find in the log', autocomplete: 'off', spellcheck: 'false' });
  #count = h('span.dim', { role: 'status' });
  #previous = h('button.icon.small', { 'aria-label': 'Previous match', title: 'Previous match (Shift Enter)', hidden: true, onclick: () => this.#go(-1) }, h('i.glyph.up', { 'aria-hidden': 'true' }));
  #next = h('button.icon.small', { 'aria-label': 'Next match', title: 'Next match (Enter)', hidden: true, onclick: () => this.#go(1) }, h('i.glyph.down', { 'aria-hidden': 'true' }));
  element = h('div.log-search', { role: 'search' }, this.#input, this.#previous, this.#next, this.#count);
  #rows;
  #prepare;
  /** @type {Log | null} */ #log = null;
  #words = '';
  /** @type {number[]} lines */ #found = [];
  #current = -1;
  #looked = 0; // lines that were looked through
  /** @type {AbortController | null} */ #under = null;

  /** @param {import('./log-rows.js').LogRows} rows @param {() => Promise<void>} prepare has the whole log known */
  constructor(rows, prepare) {
    this.#rows = rows;
    this.#prepare = prepare;
    rows.hits = (line, text) => this.#hits(line, text);
    let pause = 0;
    this.#input.addEventListener('input', () => {
      clearTimeout(pause);
      pause = window.setTimeout(() => this.#begin(), TYPING_PAUSE);
    });
    this.#input.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      if (this.#input.value.trim().toLowerCase() === this.#words) this.#go(event.shiftKey ? -1 : 1);
    });
  }

  /** @param {Log} log */
  show(log) {
    this.#log = log;
    this.#begin();
  }

  /** More lines have come. */
  grew() {
    if (this.#words && !this.#under && this.#log && this.#looked < this.#log.settled && this.#found.length < MOST) this.#look();
  }

  close() {
    this.#under?.abort();
    this.#under = null;
  }

  #begin() {
    this.close();
    this.#words = this.#input.value.trim().toLowerCase();
    this.#found = [];
    this.#current = -1;
    this.#looked = 0;
    this.#rows.redraw();
    this.#tell();
    if (this.#words) this.#look();
  }

  async #look() {
    const log = /** @type {Log} */ (this.#log);
    const under = new AbortController();
    this.#under = under;
    try {
      await this.#prepare();
      const isFirst = this.#looked === 0;
      await log.scan((line, index) => {
        if (index >= log.settled) return false;
        this.#looked = index + 1;
        if (line.text.toLowerCase().includes(this.#words)) this.#found.push(index);
        return this.#found.length < MOST;
      }, { from: this.#looked, signal: under.signal });
      if (under.signal.aborted) return;
      if (isFirst && this.#found.length) this.#show(Math.max(0, this.#found.findIndex((line) => line >= this.#rows.topLine)));
      else this.#rows.redraw();
    } catch (error) {
      if (under.signal.aborted) return;
      this.#under = null;
      say(this.#count, `The log could not be read: ${/** @type {Error} */ (error).message}`);
      return;
    }
    this.#under = null;
    this.#tell();
  }

  /** @param {1 | -1} by */
  #go(by) {
    const { length } = this.#found;
    if (length) this.#show((this.#current + by + length) % length);
  }

  /** @param {number} index of what was found */
  #show(index) {
    this.#current = index;
    this.#rows.reveal(this.#found[index]);
    this.#tell();
  }

  #tell() {
    const { length } = this.#found;
    this.#previous.hidden = this.#next.hidden = length === 0;
    if (!this.#words) say(this.#count, '');
    else if (length) say(this.#count, `${number(this.#current + 1)} of ${number(length)}${length === MOST ? '+' : ''}`);
    else say(this.#count, this.#under ? 'Searching…' : 'Not found');
  }

  /** @param {number} line @param {string} text @returns {import('./log-line.js').Hit[]} */
  #hits(line, text) {
    if (!this.#words) return [];
    const low = text.toLowerCase();
    const isCurrent = this.#found[this.#current] === line;
    const hits = [];
    for (let from = low.indexOf(this.#words); from >= 0; from = low.indexOf(this.#words, from + this.#words.length)) {
      hits.push({ from, to: from + this.#words.length, isCurrent });
    }
    return hits;
  }
}
