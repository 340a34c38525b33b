// @ts-check
import { cuts } from '../model/log/width.js';
import { h } from './dom.js';
import { drawLine } from './log-line.js';

/** @typedef {import('../model/log/log.js').Log} Log */

const ROW = 18; // pixels; the line height of `css/log.css`
const SPARE = 8; // rows beyond those in sight
const TALLEST = 6_000_000; // pixels; no browser draws right what is much taller, so a longer log scrolls faster
const NEAR_END = 24; // pixels: this close to the end means "at the end"
const PADDING = 20; // pixels, both sides of a row
const FEWEST = 20; // columns

/**
 * The rows of a log that are in sight, in their order, of a log of any length. A long line is several rows where lines
 * are wrapped, cut at any character as in a terminal, so that all rows have the same height.
 */
export class LogRows {
  element = h('div.log', { tabindex: 0, role: 'region', 'aria-label': 'Log' });
  /** Set while the end is followed. */ isFollowing = true;
  /** What is marked in a line. @type {(line: number, text: string) => import('./log-line.js').Hit[]} */ hits = () => [];
  #canvas = h('div.log-rows');
  #probe = h('span.log-probe', { 'aria-hidden': 'true' }, 'M'.repeat(100));
  /** @type {Log | null} */ #log = null;
  #isWrapped = true;
  #columns = FEWEST;
  #frame = 0;
  /** @type {Map<number, {element: HTMLElement, key: string}>} by row, of the rows that are drawn */ #drawn = new Map();
  /** What was on top when it was drawn last. */ #top = { byte: 0, row: 0, rest: 0, scroll: 0 };
  #isFetching = false;

  constructor() {
    this.element.append(this.#canvas, this.#probe);
    this.element.addEventListener('scroll', () => this.schedule(), { passive: true });
    new ResizeObserver(() => this.relayout()).observe(this.element);
  }

  /** @param {Log} log */
  show(log) {
    this.#log = log;
    this.#top = { byte: 0, row: 0, rest: 0, scroll: 0 };
    this.redraw();
  }

  get isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  /** The first line in sight. */
  get topLine() {
    return this.#log ? this.#log.lines.lineOfRow(Math.ceil(this.#offset() / ROW)) : 0;
  }

  /** @param {boolean} isWrapped */
  wrap(isWrapped) {
    this.#isWrapped = isWrapped;
    this.element.classList.toggle('wrapped', isWrapped);
    this.relayout();
  }

  schedule() {
    this.#frame ||= requestAnimationFrame(() => this.#render());
  }

  /** Draws all rows anew: what is marked is another. */
  redraw() {
    this.#drawn.clear();
    this.#canvas.replaceChildren();
    this.schedule();
  }

  /** The same lines are other rows now: what was on top stays there. */
  relayout() {
    if (!this.#log) return;
    const { byte, row, rest, scroll } = this.#top;
    const moved = this.element.scrollTop - scroll;
    this.#drawn.clear();
    this.#canvas.replaceChildren();
    this.#measure();
    const { lines } = this.#log;
    const line = lines.at(byte);
    const top = lines.rowsBefore(line) + Math.min(row, lines.rowsBefore(line + 1) - lines.rowsBefore(line) - 1);
    if (!this.isFollowing) this.#scrollTo(top * ROW + rest + moved);
    this.#render();
  }

  /** Brings a line into the middle. @param {number} line */
  reveal(line) {
    if (!this.#log) return;
    this.isFollowing = false;
    this.#measure();
    this.#scrollTo(this.#log.lines.rowsBefore(line) * ROW - this.element.clientHeight / 2);
    this.redraw();
  }

  toEnd() {
    this.isFollowing = true;
    this.schedule();
  }

  /** Sets how many columns and how much height there is. */
  #measure() {
    const { lines } = /** @type {Log} */ (this.#log);
    const sign = this.#probe.getBoundingClientRect().width / 100;
    this.#columns = this.#isWrapped && sign > 0 ? Math.max(FEWEST, Math.floor((this.element.clientWidth - PADDING) / sign)) : Infinity;
    lines.wrap(this.#columns);
    this.#canvas.style.height = `${Math.min(TALLEST, lines.rows * ROW)}px`;
    this.#canvas.style.minWidth = this.#isWrapped ? '' : `calc(${lines.widest}ch + ${PADDING}px)`;
  }

  /** How many pixels of log a pixel of the scroll bar stands for. */
  #scale() {
    const all = /** @type {Log} */ (this.#log).lines.rows * ROW;
    const { clientHeight } = this.element;
    return all > TALLEST ? (all - clientHeight) / (TALLEST - clientHeight) : 1;
  }

  /** Pixels of log above what is in sight. */
  #offset() {
    return this.element.scrollTop * this.#scale();
  }

  /** @param {number} offset pixels of log */
  #scrollTo(offset) {
    this.element.scrollTop = offset / this.#scale();
  }

  #render() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const log = this.#log;
    if (!log || this.element.hidden || this.element.clientHeight === 0) return;
    this.#measure();
    if (this.isFollowing && !this.#isRead()) this.element.scrollTop = this.element.scrollHeight;
    const offset = this.#offset();
    const first = Math.max(0, Math.floor(offset / ROW) - SPARE);
    const last = Math.min(log.lines.rows, Math.ceil((offset + this.element.clientHeight) / ROW) + SPARE);
    this.#draw(log, first, last, this.element.scrollTop - offset);
    if (log.lines.length === 0) return;
    const row = Math.floor(offset / ROW);
    const line = log.lines.lineOfRow(row);
    this.#top = { byte: log.lines.start(line), row: row - log.lines.rowsBefore(line), rest: offset - row * ROW, scroll: this.element.scrollTop };
  }

  /** Whether somebody has marked text of it, which must not run away. */
  #isRead() {
    const selection = getSelection();
    return selection !== null && !selection.isCollapsed && this.#canvas.contains(selection.anchorNode);
  }

  /** @param {Log} log @param {number} first @param {number} last @param {number} shift pixels */
  #draw(log, first, last, shift) {
    for (const [row, { element }] of this.#drawn) {
      if (row >= first && row < last) continue;
      element.remove();
      this.#drawn.delete(row);
    }
    /** @type {number[]} */ const missing = [];
    let next = this.#canvas.firstElementChild;
    let line = first < last ? log.lines.lineOfRow(first) : 0;
    for (let row = first; row < last; row++) {
      while (log.lines.rowsBefore(line + 1) <= row) line += 1;
      const { element, isMissing } = this.#rowAt(log, row, line);
      if (isMissing) missing.push(line);
      element.style.transform = `translateY(${row * ROW + shift}px)`;
      if (element === next) next = next.nextElementSibling;
      else this.#canvas.insertBefore(element, next);
    }
    if (missing.length) this.#fetch(log, missing[0], /** @type {number} */ (missing.at(-1)));
  }

  /** @param {Log} log @param {number} row @param {number} line */
  #rowAt(log, row, line) {
    const part = row - log.lines.rowsBefore(line);
    const said = log.line(line);
    const key = `${log.lines.start(line)} ${part} ${said ? said.text.length : '?'}`;
    const known = this.#drawn.get(row);
    if (known?.key === key) return { element: known.element, isMissing: !said };
    const element = known?.element ?? h('div.log-row');
    element.classList.toggle('begins', part === 0 && log.lines.isFirstOfStage(line));
    if (said) {
      const places = this.#columns === Infinity ? [0] : cuts(said.text, this.#columns);
      element.replaceChildren(...(part < places.length ? drawLine(said, places[part], places[part + 1] ?? said.text.length, this.hits(line, said.text)) : []));
    } else element.replaceChildren('…');
    this.#drawn.set(row, { element, key });
    return { element, isMissing: !said };
  }

  /** @param {Log} log @param {number} first @param {number} last */
  async #fetch(log, first, last) {
    if (this.#isFetching) return; // what is missing then is asked for when this has come
    this.#isFetching = true;
    const isThere = await log.fetch(first, last).then(() => true, () => false);
    this.#isFetching = false;
    if (isThere && log === this.#log) this.schedule();
  }
}
