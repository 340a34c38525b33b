// @ts-check
import { readLine } from './ansi.js';
import { Chunks } from './chunks.js';
import { Lines } from './lines.js';
import { columns } from './width.js';

/**
 * @typedef {import('./ansi.js').Line} Line
 * @typedef {{start: number, width: number, stage: string}} Entry
 */

const STEP = 1024 * 1024; // bytes that are read at once, on the way to the beginning and in a search
const LONGEST = 16 * 1024; // bytes; a line that is longer goes on in the next one
const MOST_LINES = 400; // of which what they say is kept, so that a row in sight is not read anew each time
const STAGE = /^\d{4}-\d\d-\d\dT[\d:.]+Z ([\w.-]+): /;
const NEWLINE = 10;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A job's log: all of its lines by number, of which the text is fetched when it is looked at. */
export class Log {
  lines;
  size; // bytes, up to which the log is here
  head; // bytes before the first line that is known
  #chunks;
  #read;
  #open = false; // whether the last line may still grow
  /** @type {Promise<void> | null} */ #whole = null;
  /** @type {Map<number, Line>} by where the line begins */ #said = new Map();

  /** @param {{offset: number, stages: string[], read: import('./chunks.js').Read}} options `offset`: where the first line that comes begins */
  constructor({ offset, stages, read }) {
    this.head = offset;
    this.size = offset;
    this.lines = new Lines(stages);
    this.#chunks = new Chunks(read);
    this.#read = read;
  }

  /** More of it. @param {string} text */
  append(text) {
    if (text === '') return;
    const bytes = encoder.encode(text);
    const begin = this.#open ? this.lines.start(this.lines.length - 1) : this.size;
    this.#chunks.put(this.size, bytes);
    this.size += bytes.length;
    // A line that goes on is at hand; its first part came a moment ago.
    const all = this.#open ? this.#chunks.get(begin, this.size) ?? bytes : bytes;
    const entries = entriesOf(all, this.size - all.length);
    entries.forEach((entry, index) => {
      if (index === 0 && this.#open) {
        this.#said.delete(entry.start);
        this.lines.replaceLast(entry);
      } else this.lines.append(entry);
    });
    this.#open = all.at(-1) !== NEWLINE;
  }

  /** How many lines will not change any more. */
  get settled() {
    return this.lines.length - (this.#open ? 1 : 0);
  }

  /** @param {number} index @returns {Line | null} null if it must be fetched first */
  line(index) {
    const from = this.lines.start(index);
    const known = this.#said.get(from);
    if (known) return known;
    const bytes = this.#chunks.get(from, this.#endOf(index));
    if (!bytes) return null;
    const line = readLine(textOf(bytes));
    this.#said.set(from, line);
    if (this.#said.size > MOST_LINES) this.#said.delete(/** @type {number} */ (this.#said.keys().next().value));
    return line;
  }

  /** Has lines fetched. @param {number} first @param {number} last @returns {Promise<void>} */
  fetch(first, last) {
    return this.#chunks.fetch(this.lines.start(first), this.#endOf(last), this.size);
  }

  /** Goes back to the beginning, so that every line is known.
   * @param {() => void} tell hears of each step
   * @param {AbortSignal} signal
   * @returns {Promise<void>} @throws if it can't be read; then one may try again */
  whole(tell, signal) {
    this.#whole ??= this.#goBack(tell, signal).finally(() => { this.#whole = null; });
    return this.#whole;
  }

  /** @param {() => void} tell @param {AbortSignal} signal */
  async #goBack(tell, signal) {
    while (this.head > 0) {
      const from = Math.max(0, this.head - STEP);
      const bytes = await this.#read(from, this.head);
      if (signal.aborted) return;
      if (bytes.length === 0) throw new Error('The log is shorter than it was.');
      // Unless it is the beginning, the first line began before; a line that fills the step is cut.
      const cut = from === 0 ? 0 : (bytes.indexOf(NEWLINE) + 1) % bytes.length;
      this.lines.prepend(entriesOf(bytes.subarray(cut), from + cut));
      this.head = from + cut;
      tell();
    }
  }

  /** Looks through all lines, from the first.
   * @param {(line: Line, index: number) => boolean} take whether to go on
   * @param {{from?: number, signal: AbortSignal}} options `from`: a line
   * @returns {Promise<void>} @throws if it can't be read */
  async scan(take, { from = 0, signal }) {
    for (let index = from; index < this.lines.length && !signal.aborted;) {
      const begin = this.lines.start(index);
      const last = Math.max(index, this.lines.at(begin + STEP) - 1);
      const end = this.#endOf(last);
      const bytes = this.#chunks.get(begin, end) ?? await this.#read(begin, end);
      if (signal.aborted) return;
      for (; index <= last; index++) {
        const line = readLine(textOf(bytes.subarray(this.lines.start(index) - begin, (index === last ? end : this.lines.start(index + 1)) - begin)));
        if (!take(line, index)) return;
      }
    }
  }

  /** @param {number} index @returns {number} the byte behind it, its line feed included */
  #endOf(index) {
    return index + 1 < this.lines.length ? this.lines.start(index + 1) : this.size;
  }
}

/** @param {Uint8Array} bytes of one line */
const textOf = (bytes) => decoder.decode(bytes.at(-1) === NEWLINE ? bytes.subarray(0, bytes.length - (bytes.at(-2) === 13 ? 2 : 1)) : bytes);

/** The lines in a part of the log that begins with one. @param {Uint8Array} bytes @param {number} offset @returns {Entry[]} */
function entriesOf(bytes, offset) {
  /** @type {Entry[]} */ const entries = [];
  for (let from = 0; from < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, from);
    let to = newline < 0 ? bytes.length : newline + 1;
    if (to - from > LONGEST) to = characterAt(bytes, from + LONGEST);
    const text = textOf(bytes.subarray(from, to));
    entries.push({ start: offset + from, width: columns(readLine(text).text), stage: STAGE.exec(text)?.[1] ?? '' });
    from = to;
  }
  return entries;
}

/** @param {Uint8Array} bytes @param {number} at @returns {number} the same, or a little before it, where a character begins */
function characterAt(bytes, at) {
  let start = at;
  while (start > at - 4 && (bytes[start] & 0xc0) === 0x80) start -= 1;
  return start;
}
