// @ts-check

const SPARE = 4; // rows beyond the visible ones, so that a wheel notch shows no gap
const HEADER = 36; // pixels; the sticky row that hides what is below it

/**
 * @typedef {object} Row one recycled row
 * @property {HTMLElement} element
 * @property {number} slot
 * @property {number} index
 * @property {number} generation
 * @property {boolean} isActive
 */

/**
 * @typedef {object} Source
 * @property {() => number} length
 * @property {(index: number) => number} slotAt
 * @property {(slot: number) => number} generation
 * @property {() => any} create a row, with `element`
 * @property {(row: any, slot: number) => void} update
 */

/**
 * A grid that has elements only for the rows in sight: some thirty for 100,000 jobs. Rows keep their element while
 * they scroll (index modulo pool), and are written only when their job changed. The container keeps the focus and
 * names the active row, since a recycled row must never own it.
 */
export class Grid {
  active = -1;
  #root;
  #source;
  #body;
  #rowHeight;
  #frame = 0;
  #length = -1;
  /** @type {Row[]} */ #pool = [];
  #named = '';

  /** @param {HTMLElement} root @param {HTMLElement} body @param {number} rowHeight @param {Source} source */
  constructor(root, body, rowHeight, source) {
    this.#root = root;
    this.#body = body;
    this.#rowHeight = rowHeight;
    this.#source = source;
    root.addEventListener('scroll', () => this.schedule(), { passive: true });
    new ResizeObserver(() => this.schedule()).observe(root);
  }

  /** How many rows a page of Page Down has. */
  get page() {
    return Math.max(1, Math.floor((this.#root.clientHeight - HEADER) / this.#rowHeight) - 1);
  }

  /** @param {number} height pixels */
  set rowHeight(height) {
    this.#rowHeight = height;
    this.#length = -1;
    for (const row of this.#pool) row.index = -1;
    this.render(true);
  }

  schedule() {
    this.#frame ||= requestAnimationFrame(() => this.render());
  }

  /** @param {number} index of the row that the keyboard is at; clamped */
  activate(index) {
    this.active = Math.max(0, Math.min(this.#source.length() - 1, index));
    if (this.#source.length() === 0) return;
    const top = this.active * this.#rowHeight;
    const view = this.#root;
    const room = view.clientHeight - this.#body.offsetTop - this.#rowHeight;
    if (top < view.scrollTop) view.scrollTop = top;
    else if (top > view.scrollTop + room) view.scrollTop = top - room;
    this.render();
  }

  /** @param {boolean} [force] write every row, changed or not */
  render(force = false) {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const length = this.#source.length();
    if (length !== this.#length) {
      this.#length = length;
      this.#body.style.height = `${length * this.#rowHeight}px`;
      this.#root.setAttribute('aria-rowcount', String(length + 1));
    }
    const { scrollTop, clientHeight } = this.#root;
    const first = Math.max(0, Math.floor(scrollTop / this.#rowHeight) - SPARE);
    const last = Math.min(length, Math.ceil((scrollTop + clientHeight) / this.#rowHeight) + SPARE);
    while (this.#pool.length < last - first) this.#add();
    const size = this.#pool.length;
    for (let place = 0; place < size; place++) {
      const index = first + ((((place - first) % size) + size) % size);
      this.#show(this.#pool[place], index < last ? index : -1, force);
    }
    this.#name(first, last);
  }

  #add() {
    const row = Object.assign(this.#source.create(), { slot: -1, index: -1, generation: -1, isActive: false });
    row.element.hidden = true;
    this.#pool.push(row);
    this.#body.append(row.element);
  }

  /** @param {Row} row @param {number} index −1 hides it @param {boolean} force */
  #show(row, index, force) {
    if (index < 0) {
      row.element.hidden = true;
      row.slot = row.index = -1;
      return;
    }
    if (row.index !== index) {
      row.index = index;
      row.element.hidden = false;
      row.element.style.transform = `translateY(${index * this.#rowHeight}px)`;
      row.element.setAttribute('aria-rowindex', String(index + 2));
      row.element.id = `row-${index}`;
    }
    const slot = this.#source.slotAt(index);
    const generation = this.#source.generation(slot);
    if (force || row.slot !== slot || row.generation !== generation) {
      row.slot = slot;
      row.generation = generation;
      this.#source.update(row, slot);
    }
    const isActive = index === this.active;
    if (row.isActive !== isActive) {
      row.isActive = isActive;
      row.element.classList.toggle('active', isActive);
    }
  }

  /** @param {number} first @param {number} last */
  #name(first, last) {
    const name = this.active >= first && this.active < last ? `row-${this.active}` : '';
    if (name === this.#named) return;
    this.#named = name;
    if (name) this.#root.setAttribute('aria-activedescendant', name);
    else this.#root.removeAttribute('aria-activedescendant');
  }
}
