// @ts-check

/** The ids that the reader has ticked; ids, not rows, since rows come and go. */
export class Selection extends EventTarget {
  /** @type {Set<string>} */ #ids = new Set();
  #anchor = -1;

  get size() {
    return this.#ids.size;
  }

  /** @param {string} id */
  has(id) {
    return this.#ids.has(id);
  }

  [Symbol.iterator]() {
    return this.#ids[Symbol.iterator]();
  }

  /** @param {string} id @param {number} index the row it was ticked at; where a later range begins */
  toggle(id, index) {
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.#anchor = index;
    this.#changed();
  }

  /** @param {number} index @param {(index: number) => {_id: string} | null} at ticks from the last tick to here */
  extend(index, at) {
    const from = this.#anchor < 0 ? index : this.#anchor;
    for (let each = Math.min(from, index); each <= Math.max(from, index); each++) {
      const job = at(each);
      if (job) this.#ids.add(job._id);
    }
    this.#anchor = index;
    this.#changed();
  }

  /** @param {Iterable<string>} ids */
  add(ids) {
    for (const id of ids) this.#ids.add(id);
    this.#changed();
  }

  /** @param {Iterable<string>} ids jobs that are gone */
  remove(ids) {
    let removed = false;
    for (const id of ids) removed = this.#ids.delete(id) || removed;
    if (removed) this.#changed();
  }

  clear() {
    this.#anchor = -1;
    if (this.#ids.size === 0) return;
    this.#ids.clear();
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
