// @ts-check
import { JobsyncError } from './errors.js';

/**
 * @typedef {object} Pending
 * @property {(result: any) => void} resolve
 * @property {(error: JobsyncError) => void} reject
 * @property {ReturnType<typeof setTimeout>} timer
 */

/** The calls under way on one connection: numbers them, and matches answers to them. */
export class Calls {
  #next = 1;
  #timeout;
  /** @type {Map<number, Pending>} */ #pending = new Map();

  /** @param {number} timeout milliseconds until a call without an answer fails */
  constructor(timeout) {
    this.#timeout = timeout;
  }

  /**
   * The answer is handed over while its message is being read, not in a later microtask: what follows it in the same
   * message may build on it.
   * @param {string} method
   * @param {object} params
   * @param {(result: any) => void} resolve
   * @param {(error: JobsyncError) => void} reject
   * @returns {string} the request to send
   */
  begin(method, params, resolve, reject) {
    const id = this.#next++;
    const expire = () => {
      this.#pending.delete(id);
      reject(new JobsyncError(`The server did not answer ${method} in time.`, { code: 'timeout', retry: true }));
    };
    this.#pending.set(id, { resolve, reject, timer: setTimeout(expire, this.#timeout) });
    return JSON.stringify({ jsonrpc: '2.0', id, method, params });
  }

  /** @param {{id: any, result?: any, error?: any}} answer */
  settle(answer) {
    const pending = this.#pending.get(answer.id);
    if (!pending) return;
    this.#pending.delete(answer.id);
    clearTimeout(pending.timer);
    if (answer.error) pending.reject(JobsyncError.from(answer.error));
    else pending.resolve(answer.result);
  }

  /** The connection is gone, and with it every answer that was still to come. */
  abandon() {
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const { timer, reject } of lost) {
      clearTimeout(timer);
      reject(JobsyncError.disconnected(true));
    }
  }
}
