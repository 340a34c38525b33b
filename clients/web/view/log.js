// @ts-check
import { bytes, title } from '../model/format.js';
import { Log } from '../model/log/log.js';
import { fillSelect, h, say } from './dom.js';
import { LogRows } from './log-rows.js';
import { LogSearch } from './log-search.js';
import { logPath, logReader } from './log-source.js';
import { recall, remember } from './remembered.js';

const NEAR_TOP = 200; // pixels: who comes this close wants to see what is above
const ON_PAPER = 200; // lines
const WRAP = 'jobsync.wrap';

/** A job's log, all of it, as it grows. Follows the end until the reader scrolls up. */
export class LogView {
  #rows = new LogRows();
  #search = new LogSearch(this.#rows, () => this.#whole());
  #follow = h('input', { type: 'checkbox' });
  #wrap = h('input', { type: 'checkbox' });
  #size = h('span.dim');
  #download = h('a.button', { download: '' }, 'Download');
  #stages = h('select', { 'aria-label': 'Go to a stage' });
  #tools;
  #empty = h('p.dim', null, 'Nothing has been written yet.');
  #printed = h('pre.log-printed');
  #problem = '';
  /** @type {Log | null} */ #log = null;
  /** @type {AbortController | null} */ #following = null;

  constructor() {
    this.#follow.checked = true;
    this.#wrap.checked = recall(WRAP) !== 'off';
    this.#rows.wrap(this.#wrap.checked);
    this.#follow.addEventListener('change', () => {
      this.#rows.isFollowing = this.#follow.checked;
      if (this.#follow.checked) this.#rows.toEnd();
    });
    this.#wrap.addEventListener('change', () => {
      remember(WRAP, this.#wrap.checked ? 'on' : 'off');
      this.#rows.wrap(this.#wrap.checked);
    });
    this.#stages.addEventListener('change', () => this.#goTo(this.#stages.value));
    this.#rows.element.addEventListener('scroll', () => this.#look(), { passive: true });
    this.#rows.element.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => this.#key(event));
    this.#tools = h(
      'div.log-tools', null, this.#search.element, this.#stages, h('label.check', null, this.#wrap, 'Wrap'), h('span.grow'), this.#download,
    );
    this.element = h(
      'section.log-section', null,
      h('div.section-head', null, h('h3', null, 'Log'), this.#size, h('span.grow'), h('label.check', null, this.#follow, 'Follow')),
      this.#empty, this.#tools, this.#rows.element, this.#printed,
    );
  }

  /** Shows what there is, and then what comes.
   * @param {import('../client/jobsync.d.ts').Jobsync} client
   * @param {string} id
   * @param {{log: {offset: number, text: string, host?: string}, stages: string[]}} start */
  async open(client, id, { log: { offset, text, host }, stages }) {
    this.close();
    const following = new AbortController();
    this.#following = following;
    const log = new Log({ offset, stages, read: logReader(id, following.signal) });
    this.#log = log;
    this.#rows.show(log);
    this.#search.show(log);
    this.#download.href = logPath(id);
    this.#stages.hidden = stages.length === 0;
    fillSelect(this.#stages, [['', 'Go to a stage…'], ...stages.map((each) => /** @type {[string, string]} */ ([each, title(each)]))], '');
    if (host) say(this.#empty, `The log is on ${host}, where the job ran.`);
    this.#append(text);
    addEventListener('beforeprint', () => say(this.#printed, this.#lastLines()), { signal: following.signal });
    addEventListener('afterprint', () => say(this.#printed, ''), { signal: following.signal });
    try {
      for await (const piece of client.tail(id, { offset: log.size, signal: following.signal })) {
        if (!following.signal.aborted) this.#append(piece.text);
      }
    } catch {
      // The job is gone: what has been read stays to be read.
    }
  }

  close() {
    this.#search.close();
    this.#following?.abort();
    this.#following = null;
  }

  /** @param {string} text */
  #append(text) {
    const log = /** @type {Log} */ (this.#log);
    // The scroll event of a reader who has just left the end comes later than this text.
    if (this.#rows.isFollowing) this.#look();
    log.append(text);
    this.#empty.hidden = log.size > 0;
    this.#tools.hidden = this.#rows.element.hidden = log.size === 0;
    this.#rows.schedule();
    this.#search.grew();
    this.#tell();
  }

  /** Whoever is at the end follows it, whoever is not does not; and whoever comes to the top sees more. */
  #look() {
    this.#follow.checked = this.#rows.isFollowing = this.#rows.isAtEnd;
    const { scrollTop } = this.#rows.element;
    if (this.#log && this.#log.head > 0 && scrollTop < NEAR_TOP && !this.#rows.isFollowing) this.#whole().catch(() => {});
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== 'Home' || event.ctrlKey || !this.#log || this.#log.head === 0) return;
    event.preventDefault();
    this.#whole().then(() => this.#rows.reveal(0), () => {});
  }

  /** Has all lines known, also those at the beginning. */
  async #whole() {
    const [log, following] = [this.#log, this.#following];
    if (!log || !following || log.head === 0) return;
    try {
      await log.whole(() => {
        if (log !== this.#log) return;
        this.#problem = '';
        this.#rows.relayout();
        this.#tell();
      }, following.signal);
    } catch (error) {
      if (following.signal.aborted) return;
      this.#problem = /** @type {Error} */ (error).message;
      this.#tell();
      throw error;
    }
  }

  /** What of the log goes on paper: its end, as far as it is at hand. */
  #lastLines() {
    const log = /** @type {Log} */ (this.#log);
    const first = Math.max(0, log.lines.length - ON_PAPER);
    const said = Array.from({ length: log.lines.length - first }, (_, index) => log.line(first + index)?.text ?? '…');
    return `${first > 0 || log.head > 0 ? `The last ${said.length} lines:\n` : ''}${said.join('\n')}`;
  }

  /** @param {string} stage */
  async #goTo(stage) {
    this.#stages.value = '';
    const log = this.#log;
    if (!stage || !log) return;
    await this.#whole().catch(() => {});
    const line = log.lines.firstOf(stage);
    if (line >= 0) this.#rows.reveal(line);
    else say(this.#size, `${title(stage)} has written nothing`);
  }

  #tell() {
    const { head, size } = /** @type {Log} */ (this.#log);
    const extent = head > 0 ? `the last ${bytes(size - head)} of ${bytes(size)}` : size ? bytes(size) : '';
    say(this.#size, this.#problem ? `${extent}; what is before could not be read: ${this.#problem}` : extent);
  }
}
