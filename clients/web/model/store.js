// @ts-check
import { EVERYTHING, matcher } from './filter.js';
import { DEFAULT_SORT, KEYS, Ranks } from './sorting.js';
import { STATES } from './states.js';
import { instant } from './time.js';

/**
 * @typedef {import('../client/jobsync.d.ts').Job} Job
 * @typedef {import('./filter.js').Filter} Filter
 * @typedef {import('./sorting.js').Sort} Sort
 */

const HIDDEN = 0;
const SHOWN = 1;
const LEAVING = 2; // its place in the order is given up in this flush

/**
 * All jobs, and the filtered and sorted view of them. A change costs next to nothing until `flush`; a flush costs
 * O(changes) when nothing moves and O(jobs + k log k) when k rows move, so 100,000 rows stay fluid.
 * Each job has a slot, a small integer that stays its own for as long as it is here.
 */
export class Store {
  /** @type {(Job | null)[]} */ jobs = [];
  /** @type {Record<string, number>} */ counts = Object.fromEntries(STATES.map((state) => [state, 0]));
  /** @type {{task: Map<string, number>, username: Map<string, number>}} */ facets = { task: new Map(), username: new Map() };
  length = 0; // of the view
  /** @type {Filter} */ filter = EVERYTHING;
  /** @type {Sort} */ sort = DEFAULT_SORT;
  isFrozen = false; // while somebody points at a row, no row may move away under the pointer
  pendingMoves = 0;

  /** @type {Map<string, number>} */ #slots = new Map();
  /** @type {number[]} */ #free = [];
  #order = new Int32Array(1024);
  #key = new Float64Array(1024);
  #added = new Float64Array(1024);
  #place = new Uint8Array(1024);
  #generation = new Uint32Array(1024);
  /** @type {Set<number>} */ #dirty = new Set();
  #isStale = true; // the whole view must be made anew
  #matches = matcher(EVERYTHING);
  #ranks = new Ranks(this.facets);

  get size() {
    return this.#slots.size;
  }

  /** @param {number} index in the view @returns {number} */
  slotAt(index) {
    return this.#order[index];
  }

  /** Changes whenever the job in the slot does. @param {number} slot */
  generation(slot) {
    return this.#generation[slot];
  }

  /** @param {number} index in the view @returns {Job | null} */
  at(index) {
    return (index >= 0 && index < this.length && this.jobs[this.#order[index]]) || null;
  }

  /** @param {string} id @returns {Job | null} */
  get(id) {
    const slot = this.#slots.get(id);
    return slot === undefined ? null : this.jobs[slot];
  }

  /** Whether the view has it. @param {string} id */
  isShown(id) {
    const slot = this.#slots.get(id);
    return slot !== undefined && this.#place[slot] === SHOWN;
  }

  /** @param {string} id @returns {number} −1 if the view doesn't show it */
  indexOf(id) {
    const slot = this.#slots.get(id);
    return slot === undefined ? -1 : this.#order.subarray(0, this.length).indexOf(slot);
  }

  clear() {
    this.jobs = [];
    this.#slots.clear();
    this.#free = [];
    for (const state of STATES) this.counts[state] = 0;
    this.facets.task.clear();
    this.facets.username.clear();
    this.#place.fill(HIDDEN);
    this.#dirty.clear();
    this.length = 0;
    this.#isStale = true;
  }

  /** @param {Job} job */
  put(job) {
    let slot = this.#slots.get(job._id);
    if (slot === undefined) {
      slot = this.#free.pop() ?? this.jobs.length;
      this.#grow(slot + 1);
      this.#slots.set(job._id, slot);
      this.#place[slot] = HIDDEN;
    } else {
      this.#count(/** @type {Job} */ (this.jobs[slot]), -1);
    }
    this.jobs[slot] = job;
    this.#added[slot] = instant(job.added);
    this.#touch(slot, job, 1);
  }

  /** @param {string} id */
  remove(id) {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    const job = /** @type {Job} */ (this.jobs[slot]);
    this.jobs[slot] = null;
    this.#slots.delete(id);
    this.#touch(slot, job, -1);
  }

  /** @param {Filter} filter */
  setFilter(filter) {
    this.filter = filter;
    this.#matches = matcher(filter);
    this.#isStale = true;
  }

  /** @param {Sort} sort */
  setSort(sort) {
    this.sort = sort;
    this.#isStale = true;
  }

  /** Lets rows move again. */
  thaw() {
    this.isFrozen = false;
    if (this.pendingMoves) this.#isStale = true;
  }

  /** Brings the view up to date.
   * @returns {boolean} whether any row came, went or moved */
  flush() {
    if (this.#isStale) return this.#rebuild();
    if (this.#dirty.size === 0) return false;
    const { leaving, coming } = this.#sift();
    // A name that is new may have renumbered all names, and with them the key of every row.
    if (this.#ranks.isRenumbered && (this.sort.by === 'task' || this.sort.by === 'username')) return this.#rebuild();
    if (leaving) this.#compact();
    if (coming.length) this.#merge(coming);
    this.#settle();
    return leaving > 0 || coming.length > 0;
  }

  #rebuild() {
    const key = KEYS[this.sort.by];
    this.#ranks.isRenumbered = false;
    let length = 0;
    this.jobs.forEach((job, slot) => {
      this.#place[slot] = job && this.#matches(job) ? SHOWN : HIDDEN;
      if (this.#place[slot] === HIDDEN) return;
      this.#key[slot] = key(/** @type {Job} */ (job), this.#ranks);
      this.#order[length++] = slot;
    });
    this.#ranks.isRenumbered = false;
    this.#order.subarray(0, length).sort(this.#compare);
    this.length = length;
    this.pendingMoves = 0;
    this.#isStale = false;
    this.#settle();
    return true;
  }

  /** Sorts what changed into rows that keep their place, that leave it, and that come to a new one. */
  #sift() {
    const key = KEYS[this.sort.by];
    /** @type {number[]} */ const coming = [];
    let leaving = 0;
    for (const slot of this.#dirty) {
      const job = this.jobs[slot];
      const isShown = this.#place[slot] === SHOWN;
      const belongs = job !== null && this.#matches(job);
      if (!isShown && !belongs) continue;
      const newKey = belongs ? key(job, this.#ranks) : NaN;
      if (isShown && belongs && newKey === this.#key[slot]) continue;
      // A removed job goes even from a frozen view: its slot will soon be another's.
      if (this.isFrozen && job !== null) {
        this.pendingMoves += 1;
        continue;
      }
      if (isShown) {
        this.#place[slot] = LEAVING;
        leaving += 1;
      }
      if (belongs) {
        this.#key[slot] = newKey;
        coming.push(slot);
      }
    }
    return { leaving, coming };
  }

  #compact() {
    let kept = 0;
    for (let index = 0; index < this.length; index++) {
      const slot = this.#order[index];
      if (this.#place[slot] === LEAVING) this.#place[slot] = HIDDEN;
      else this.#order[kept++] = slot;
    }
    this.length = kept;
  }

  /** @param {number[]} coming */
  #merge(coming) {
    coming.sort(this.#compare);
    let old = this.length - 1;
    let added = coming.length - 1;
    for (let index = old + coming.length; added >= 0; index--) {
      const isOldLast = old >= 0 && this.#compare(this.#order[old], coming[added]) > 0;
      this.#order[index] = isOldLast ? this.#order[old--] : coming[added--];
    }
    for (const slot of coming) this.#place[slot] = SHOWN;
    this.length += coming.length;
  }

  #settle() {
    for (const slot of this.#dirty) if (this.jobs[slot] === null) this.#free.push(slot);
    this.#dirty.clear();
  }

  /** By the key; then newest first; then by id, so that a reload shows the same order.
   * @param {number} a slot @param {number} b slot */
  #compare = (a, b) => {
    const difference = this.#key[a] - this.#key[b];
    if (difference) return this.sort.descending ? -difference : difference;
    return this.#added[b] - this.#added[a] || (this.#id(a) < this.#id(b) ? -1 : 1);
  };

  /** @param {number} slot */
  #id(slot) {
    return this.jobs[slot]?._id ?? '';
  }

  /** @param {number} slot @param {Job} job @param {1 | -1} by */
  #touch(slot, job, by) {
    this.#generation[slot] += 1;
    this.#dirty.add(slot);
    this.#count(job, by);
  }

  /** @param {Job} job @param {1 | -1} by */
  #count(job, by) {
    this.counts[job.state] = (this.counts[job.state] ?? 0) + by;
    for (const field of /** @type {const} */ (['task', 'username'])) {
      const facet = this.facets[field];
      const left = (facet.get(job[field]) ?? 0) + by;
      if (left) facet.set(job[field], left);
      else facet.delete(job[field]);
    }
  }

  /** @param {number} size */
  #grow(size) {
    if (size <= this.#order.length) return;
    const capacity = Math.max(size, this.#order.length * 2);
    const larger = (/** @type {any} */ array) => {
      const copy = new array.constructor(capacity);
      copy.set(array);
      return copy;
    };
    this.#order = larger(this.#order);
    this.#key = larger(this.#key);
    this.#added = larger(this.#added);
    this.#place = larger(this.#place);
    this.#generation = larger(this.#generation);
  }
}
