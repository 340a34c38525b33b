// @ts-check
import { Digest } from './digest.js';

/**
 * @typedef {import('./jobsync.js').Job} Job
 * @typedef {{mode: 'delta' | 'diff' | 'snapshot', epoch: string, seq: number, count: number}} Opening
 * @typedef {{seq: number, sync?: boolean, put?: Job[], del?: string[]}} Frame
 * @typedef {{put: Job[], del: string[]}} Change
 */

/** What the client holds of the server's list, and where in its history that is. Knows nothing of connections. */
export class Replica {
  /** @type {Map<string, Job>} */ jobs = new Map();
  epoch = '';
  /** @type {number | null} the position up to which everything is here; null before a load has been completed */
  seq = null;
  loading = false;
  #digest = new Digest();
  /** Versions of another history say nothing about ours: while its differences load, what comes is right. */
  #comparable = true;

  /** Forgets everything: the next load starts from nothing. */
  clear() {
    this.jobs.clear();
    this.#digest.clear();
    this.seq = null;
  }

  /** The server's answer to a subscription: a load begins.
   * @param {Opening} opening */
  begin({ mode, epoch }) {
    this.#comparable = mode !== 'diff' || epoch === this.epoch;
    this.epoch = epoch;
    this.loading = true;
    if (mode === 'snapshot') this.clear();
    // Half a load has no position: if the connection breaks now, only a manifest says what is here.
    if (mode !== 'delta') this.seq = null;
  }

  /** @param {Frame} frame
   * @returns {Change} what really changed: an outdated version and an unknown id change nothing */
  apply({ seq, sync, put = [], del = [] }) {
    const change = { put: put.filter((job) => this.#put(job)), del: del.filter((id) => this.#delete(id)) };
    if (sync === false) {
      this.loading = false;
      this.#comparable = true;
    }
    if (!this.loading) this.seq = seq;
    return change;
  }

  /** @param {Job} job */
  #put(job) {
    const held = this.jobs.get(job._id);
    if (held) {
      // An id may have been given to another job, whose versions begin anew.
      const isSame = held.added === job.added;
      if (isSame && (held._version === job._version || (this.#comparable && held._version > job._version))) return false;
      this.#digest.toggle(held._id, held._version);
    }
    this.#digest.toggle(job._id, job._version);
    this.jobs.set(job._id, job);
    return true;
  }

  /** @param {string} id */
  #delete(id) {
    const held = this.jobs.get(id);
    if (!held) return false;
    this.#digest.toggle(id, held._version);
    return this.jobs.delete(id);
  }

  /** @param {{seq: number, count: number, digest: string}} tick
   * @returns {boolean} whether what is here is what the server says should be here; if so, its position is ours */
  agrees({ seq, count, digest }) {
    if (this.loading) return true;
    if (count !== this.jobs.size || digest !== this.#digest.toString()) return false;
    this.seq = seq;
    return true;
  }

  /** Where to go on from, for `jobs.subscribe`.
   * @param {number} largest how many bytes a manifest may have; a larger list is cheaper to send anew
   * @returns {{resume?: {epoch: string, seq: number}, manifest?: Record<string, number>}} */
  position(largest) {
    const manifest = this.#manifest(largest);
    return {
      ...(this.seq === null ? {} : { resume: { epoch: this.epoch, seq: this.seq } }),
      ...(manifest ? { manifest } : {}),
    };
  }

  /** @param {number} largest */
  #manifest(largest) {
    if (this.jobs.size === 0) return null;
    /** @type {Record<string, number>} */ const manifest = {};
    let size = 0;
    for (const [id, { _version }] of this.jobs) {
      size += id.length + 14;
      if (size > largest) return null;
      manifest[id] = _version;
    }
    return manifest;
  }
}
