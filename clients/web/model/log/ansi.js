// @ts-check

/**
 * @typedef {{classes: string, color: string, background: string}} Style classes of `css/log.css`, or a colour of its own
 * @typedef {{text: string, style: Style | null}} Span
 * @typedef {{text: string, spans: Span[] | null}} Line what a terminal would show; no spans if it is all plain
 */

const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/;
const SEQUENCE = /\u001b\[([0-?]*)[ -/]*([@-~])/y;
const OTHER = /\u001b(?:[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~]?)/y; // titles, links, character sets
const TAB = 8;
const WIDEST = 20_000; // columns that a cursor may be sent to

/** What a terminal would show of one line, as text and styles: escape sequences are read or left out, never markup.
 * @param {string} source without its line feed
 * @returns {Line} */
export function readLine(source) {
  if (!CONTROLS.test(source)) return { text: source, spans: null };
  const cells = new Cells();
  let index = 0;
  while (index < source.length) {
    const sign = String.fromCodePoint(/** @type {number} */ (source.codePointAt(index)));
    if (sign === '\u001b') {
      index = escape(source, index, cells);
      continue;
    }
    index += sign.length;
    if (sign === '\r') cells.cursor = 0;
    else if (sign === '\b') cells.cursor = Math.max(0, cells.cursor - 1);
    else if (sign === '\t') cells.moveTo(cells.cursor + TAB - (cells.cursor % TAB));
    else if (!CONTROLS.test(sign)) cells.put(sign);
  }
  return cells.line();
}

/** @param {string} source @param {number} index @param {Cells} cells @returns {number} where the sequence ends */
function escape(source, index, cells) {
  SEQUENCE.lastIndex = index;
  const found = SEQUENCE.exec(source);
  if (!found) {
    OTHER.lastIndex = index;
    OTHER.exec(source);
    return Math.max(index + 1, OTHER.lastIndex);
  }
  const [, parameters, final] = found;
  const amount = Math.min(WIDEST, Number.parseInt(parameters, 10) || 0);
  if (final === 'm') cells.pen.apply(parameters);
  else if (final === 'K') cells.erase(amount);
  else if (final === 'G') cells.moveTo(Math.max(1, amount) - 1);
  else if (final === 'C') cells.moveTo(cells.cursor + Math.max(1, amount));
  else if (final === 'D') cells.cursor = Math.max(0, cells.cursor - Math.max(1, amount));
  return SEQUENCE.lastIndex;
}

/** One line of a terminal. */
class Cells {
  cursor = 0;
  pen = new Pen();
  /** @type {string[]} */ #signs = [];
  /** @type {(Style | null)[]} */ #styles = [];

  /** @param {string} sign */
  put(sign) {
    this.moveTo(this.cursor);
    this.#signs[this.cursor] = sign;
    this.#styles[this.cursor] = this.pen.style;
    this.cursor += 1;
  }

  /** @param {number} column */
  moveTo(column) {
    this.cursor = Math.min(WIDEST, column);
    while (this.#signs.length < this.cursor) {
      this.#signs.push(' ');
      this.#styles.push(null);
    }
  }

  /** @param {number} what 0: from the cursor on, 1: up to it, 2: all */
  erase(what) {
    if (what === 0) this.#signs.length = this.#styles.length = Math.min(this.#signs.length, this.cursor);
    const end = what === 1 ? Math.min(this.cursor + 1, this.#signs.length) : what === 2 ? this.#signs.length : 0;
    this.#signs.fill(' ', 0, end);
    this.#styles.fill(null, 0, end);
  }

  /** @returns {Line} */
  line() {
    /** @type {Span[]} */ const spans = [];
    this.#signs.forEach((sign, index) => {
      const last = spans.at(-1);
      if (last && last.style === this.#styles[index]) last.text += sign;
      else spans.push({ text: sign, style: this.#styles[index] });
    });
    return { text: this.#signs.join(''), spans: spans.some(({ style }) => style) ? spans : null };
  }
}

/** @type {Record<number, string>} */
const ON = { 1: 'bold', 2: 'faint', 3: 'italic', 4: 'underline', 7: 'inverse', 9: 'struck' };
/** @type {Record<number, string[]>} */
const OFF = { 22: ['bold', 'faint'], 23: ['italic'], 24: ['underline'], 27: ['inverse'], 29: ['struck'] };

/** How the terminal writes at the moment. */
class Pen {
  /** @type {Style | null} the same object for as long as nothing changes */ style = null;
  /** @type {Set<string>} */ #marks = new Set();
  #front = '';
  #back = '';

  /** @param {string} parameters of `ESC [ … m` */
  apply(parameters) {
    const codes = parameters.split(/[;:]/).map((each) => Number.parseInt(each, 10) || 0);
    for (let index = 0; index < codes.length; index++) {
      const code = codes[index];
      if (code === 0) this.#reset();
      else if (ON[code]) this.#marks.add(ON[code]);
      else if (OFF[code]) OFF[code].forEach((each) => this.#marks.delete(each));
      else if (code === 38 || code === 48) {
        const { color, used } = extended(codes.slice(index + 1));
        if (code === 38) this.#front = color;
        else this.#back = color;
        index += used;
      } else if (code === 39) this.#front = '';
      else if (code === 49) this.#back = '';
      else if (code >= 30 && code <= 37) this.#front = String(code - 30);
      else if (code >= 90 && code <= 97) this.#front = String(code - 82);
      else if (code >= 40 && code <= 47) this.#back = String(code - 40);
      else if (code >= 100 && code <= 107) this.#back = String(code - 92);
    }
    this.style = this.#make();
  }

  #reset() {
    this.#marks.clear();
    this.#front = this.#back = '';
  }

  /** @returns {Style | null} */
  #make() {
    const isOwn = (/** @type {string} */ color) => color.startsWith('rgb');
    const classes = [
      ...this.#marks, this.#front && `front-${isOwn(this.#front) ? 'own' : this.#front}`, this.#back && `back-${isOwn(this.#back) ? 'own' : this.#back}`,
    ].filter(Boolean).join(' ');
    const color = isOwn(this.#front) ? this.#front : '';
    const background = isOwn(this.#back) ? this.#back : '';
    return classes || color || background ? { classes, color, background } : null;
  }
}

/** What stands behind 38 and 48: one of 256 colours, or red, green and blue.
 * @param {number[]} codes @returns {{color: string, used: number}} */
function extended([kind, ...rest]) {
  const level = (/** @type {number | undefined} */ each) => Math.min(255, Math.max(0, each ?? 0));
  if (kind === 2) return { color: `rgb(${rest.slice(0, 3).map(level).join(' ')})`, used: 4 };
  if (kind !== 5) return { color: '', used: 1 };
  const index = level(rest[0]);
  if (index < 16) return { color: String(index), used: 2 };
  if (index >= 232) return { color: `rgb(${Array(3).fill(8 + (index - 232) * 10).join(' ')})`, used: 2 };
  const steps = [Math.floor((index - 16) / 36), Math.floor((index - 16) / 6) % 6, (index - 16) % 6];
  return { color: `rgb(${steps.map((step) => (step ? 55 + step * 40 : 0)).join(' ')})`, used: 2 };
}
