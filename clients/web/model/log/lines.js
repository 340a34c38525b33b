// @ts-check

const NO_STAGE = 0;

/**
 * Where the lines of a log begin, how wide they are, and of which stage: a few numbers for each, so that a log of
 * millions of lines is at hand though its text is not. It grows at both ends.
 */
export class Lines {
  #first = 512; // there is room before it
  #end = 512;
  #starts = new Float64Array(1024); // bytes
  #widths = new Uint32Array(1024); // columns
  #stages = new Uint16Array(1024);
  #rows = new Uint32Array(1025); // rows before each line, and after the last
  #isCounted = false;
  #most = Infinity; // columns of a row
  /** @type {string[]} */ #names = [''];
  widest = 0;

  get length() {
    return this.#end - this.#first;
  }

  /** @param {string[]} names of stages */
  constructor(names) {
    this.#names.push(...names);
  }

  /** @param {number} index @returns {number} in bytes from the beginning of the log */
  start(index) {
    return this.#starts[this.#first + index];
  }

  /** @param {number} index @returns {number} columns */
  width(index) {
    return this.#widths[this.#first + index];
  }

  /** @param {number} index @returns {string} nothing outside of all stages */
  stage(index) {
    return this.#names[this.#stages[this.#first + index]];
  }

  /** Whether the stage of the line begins with it. @param {number} index */
  isFirstOfStage(index) {
    const at = this.#first + index;
    return this.#stages[at] !== NO_STAGE && (index === 0 || this.#stages[at - 1] !== this.#stages[at]);
  }

  /** @param {string} stage @returns {number} the first line of it; −1 if there is none */
  firstOf(stage) {
    const number = this.#names.indexOf(stage);
    const at = number > NO_STAGE ? this.#stages.subarray(this.#first, this.#end).indexOf(number) : -1;
    return at;
  }

  /** @param {number} byte @returns {number} the line that it belongs to */
  at(byte) {
    return search(this.length, (index) => this.start(index) <= byte);
  }

  /** @param {{start: number, width: number, stage: string}} line the next one */
  append(line) {
    if (this.#end === this.#starts.length) this.#grow();
    this.#set(this.#end, line);
    this.#end += 1;
    if (this.#isCounted) this.#rows[this.#end] = this.#rows[this.#end - 1] + this.#rowsOf(line.width);
  }

  /** The last line has become longer. @param {{start: number, width: number, stage: string}} line */
  replaceLast(line) {
    this.#end -= 1;
    this.append(line);
  }

  /** @param {{start: number, width: number, stage: string}[]} lines that come before all others */
  prepend(lines) {
    while (this.#first < lines.length) this.#grow();
    this.#first -= lines.length;
    lines.forEach((line, index) => this.#set(this.#first + index, line));
    this.#isCounted = false;
  }

  /** @param {number} most columns of a row; `Infinity` where lines are not wrapped */
  wrap(most) {
    if (most === this.#most) return;
    this.#most = most;
    this.#isCounted = false;
  }

  /** How many rows all lines take. */
  get rows() {
    this.#count();
    return this.#rows[this.#end];
  }

  /** @param {number} index of a line, or the number of lines @returns {number} */
  rowsBefore(index) {
    this.#count();
    return this.#rows[this.#first + index];
  }

  /** @param {number} row @returns {number} the line that the row is of */
  lineOfRow(row) {
    this.#count();
    return search(this.length, (index) => this.#rows[this.#first + index] <= row);
  }

  #count() {
    if (this.#isCounted) return;
    this.#rows[this.#first] = 0;
    for (let at = this.#first; at < this.#end; at++) this.#rows[at + 1] = this.#rows[at] + this.#rowsOf(this.#widths[at]);
    this.#isCounted = true;
  }

  /** @param {number} width */
  #rowsOf(width) {
    return width <= this.#most ? 1 : Math.ceil(width / this.#most);
  }

  /** @param {number} at @param {{start: number, width: number, stage: string}} line */
  #set(at, { start, width, stage }) {
    this.#starts[at] = start;
    this.#widths[at] = width;
    this.#stages[at] = Math.max(NO_STAGE, this.#names.indexOf(stage));
    this.widest = Math.max(this.widest, width);
  }

  /** Twice the room, half of it before. */
  #grow() {
    const room = this.#starts.length / 2;
    const larger = (/** @type {any} */ array) => {
      const copy = new array.constructor(array.length + 2 * room);
      copy.set(array, room);
      return copy;
    };
    this.#starts = larger(this.#starts);
    this.#widths = larger(this.#widths);
    this.#stages = larger(this.#stages);
    this.#rows = larger(this.#rows);
    this.#first += room;
    this.#end += room;
  }
}

/** @param {number} length @param {(index: number) => boolean} isBefore true up to some index @returns {number} the last one for which it is */
function search(length, isBefore) {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isBefore(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
