// @ts-check

/** The ids that the reader has ticked; ids, not rows, since rows come and go. */
export class Selection extends EventTarget {
  /** @type {Set<string>} */ #ids = new Set();
  #anchor = ''; // the id that was ticked last, where a range begins: rows move, ids don't

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

  /** @param {string} id */
  toggle(id) {
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.#anchor = id;
    this.#changed();
  }

  /** Ticks from the last tick to here.
   * @param {number} index
   * @param {{at: (index: number) => {_id: string} | null, indexOf: (id: string) => number}} rows as they stand now */
  extend(index, rows) {
    const anchor = rows.indexOf(this.#anchor);
    const from = anchor < 0 ? index : anchor;
    for (let each = Math.min(from, index); each <= Math.max(from, index); each++) {
      const job = rows.at(each);
      if (job) this.#ids.add(job._id);
    }
    this.#anchor = rows.at(index)?._id ?? '';
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

  /** Leaves only what is shown: what can't be seen must not be acted on.
   * @param {(id: string) => boolean} isShown
   * @returns {number} how many were left out */
  retain(isShown) {
    const hidden = [...this.#ids].filter((id) => !isShown(id));
    this.remove(hidden);
    return hidden.length;
  }

  clear() {
    this.#anchor = '';
    if (this.#ids.size === 0) return;
    this.#ids.clear();
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}
