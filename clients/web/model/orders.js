// @ts-check
import { isCancellable } from './states.js';

/** @typedef {import('../client/jobsync.d.ts').Job} Job */

/** What has been asked of jobs and is not known to be done: so that a page says at once that it works on it. */
export class Orders extends EventTarget {
  /** @type {Map<string, string>} */ #of = new Map();

  /** @param {string} id @returns {string | undefined} the action */
  of(id) {
    return this.#of.get(id);
  }

  /** @param {Iterable<string>} ids @param {string} action */
  add(ids, action) {
    for (const id of ids) this.#of.set(id, action);
    this.dispatchEvent(new Event('change'));
  }

  /** @param {Iterable<string>} ids */
  drop(ids) {
    let dropped = false;
    for (const id of ids) dropped = this.#of.delete(id) || dropped;
    if (dropped) this.dispatchEvent(new Event('change'));
  }

  /** Whatever was asked, the list that is here now is newer. */
  clear() {
    this.drop([...this.#of.keys()]);
  }

  /** The list has news of these jobs: a cancel that it shows need not be shown by us. @param {Iterable<Job>} jobs */
  see(jobs) {
    if (this.#of.size === 0) return;
    this.drop([...jobs].filter((job) => this.of(job._id) === 'cancel' && !isCancellable(job)).map(({ _id }) => _id));
  }

  /** The job as its reader should see it. @template {Job} Any @param {Any} job @returns {Any} */
  shown(job) {
    return this.of(job._id) === 'cancel' && isCancellable(job) ? { ...job, state: 'cancelling' } : job;
  }
}
