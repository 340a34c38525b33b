// @ts-check
import { bytes } from '../model/format.js';
import { h, say } from './dom.js';

const MOST_PIECES = 400; // pieces kept; older text leaves the page, the file on the server keeps it
const NEAR_END = 24; // pixels: this close to the end means "at the end"
const encoder = new TextEncoder();

/** A job's log as it grows. Follows the end until the reader scrolls up. */
export class LogView {
  #follow = h('input', { type: 'checkbox', checked: true });
  #size = h('span.dim');
  #text = h('pre.log', { tabindex: 0, role: 'region', 'aria-label': 'Log' });
  #empty = h('p.dim', null, 'Nothing has been written yet.');
  #missing = 0; // bytes at the beginning that are not shown
  #length = 0; // bytes in all
  /** @type {AbortController | null} */ #following = null;

  constructor() {
    this.#follow.checked = true;
    this.#follow.addEventListener('change', () => this.#toEnd());
    this.#text.addEventListener('scroll', () => this.#look(), { passive: true });
    this.element = h(
      'section', null,
      h('div.section-head', null, h('h3', null, 'Log'), this.#size, h('span.grow'), h('label.check', null, this.#follow, 'Follow')),
      this.#empty, this.#text,
    );
  }

  /** Shows what there is, and then what comes.
   * @param {import('../client/jobsync.d.ts').Jobsync} client
   * @param {string} id
   * @param {{offset: number, text: string}} start */
  async open(client, id, { offset, text }) {
    this.close();
    this.#text.replaceChildren();
    this.#missing = offset;
    this.#length = offset;
    this.#append(text);
    const following = new AbortController();
    this.#following = following;
    try {
      for await (const piece of client.tail(id, { offset: this.#length, signal: following.signal })) {
        if (!following.signal.aborted) this.#append(piece.text);
      }
    } catch {
      // The job is gone: what has been read stays to be read.
    }
  }

  close() {
    this.#following?.abort();
    this.#following = null;
  }

  /** @param {string} text */
  #append(text) {
    this.#look(); // the scroll event of a reader who has just left the end comes later than this text
    this.#length += encoder.encode(text).length;
    if (text) this.#text.append(text);
    while (this.#text.childNodes.length > MOST_PIECES) {
      this.#missing += encoder.encode(this.#text.firstChild.data).length;
      this.#text.firstChild.remove();
    }
    this.#empty.hidden = this.#length > 0;
    this.#text.hidden = this.#length === 0;
    say(this.#size, this.#missing > 0 ? `the last ${bytes(this.#length - this.#missing)} of ${bytes(this.#length)}` : this.#length ? bytes(this.#length) : '');
    this.#toEnd();
  }

  /** Whoever is at the end follows it, whoever is not does not. */
  #look() {
    const { scrollHeight, scrollTop, clientHeight } = this.#text;
    this.#follow.checked = scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  #toEnd() {
    if (this.#follow.checked) this.#text.scrollTop = this.#text.scrollHeight;
  }
}
