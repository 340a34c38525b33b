// @ts-check
import { JobsyncError } from './errors.js';

/**
 * @typedef {import('./jobsync.d.ts').Jobsync} Jobsync
 * @typedef {import('./jobsync.d.ts').Job} Job
 */

const FINAL = new Set(['complete', 'error', 'cancelled']);

/** Waits until a job has ended, however it ends.
 * @param {Jobsync} client
 * @param {string} id
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<Job>} */
export function waitForEnd(client, id, { signal } = {}) {
  const missing = () => new JobsyncError(`There is no job ${id}.`, { code: 'not_found', data: { _id: id } });
  return new Promise((resolve, reject) => {
    const settle = (/** @type {() => void} */ act) => {
      client.removeEventListener('change', look);
      client.removeEventListener('state', watch);
      signal?.removeEventListener('abort', abort);
      act();
    };
    const fail = (/** @type {unknown} */ error) => settle(() => reject(error));
    const consider = (/** @type {Job | undefined} */ job) => {
      if (job && FINAL.has(job.state)) settle(() => resolve(job));
    };
    // A job that leaves the list was removed, or archived, or doesn't match the filter any more: the server knows.
    const ask = () => client.call('jobs.find', { filter: { _id: id } }).then(({ jobs: [job] }) => {
      if (job) consider(job);
      else fail(missing());
    }, (error) => {
      if (error.code !== 'disconnected') fail(error);
    });
    const look = (/** @type {CustomEvent<{del: string[]}>} */ { detail }) => {
      consider(client.jobs.get(id));
      if (detail.del.includes(id)) ask();
    };
    const watch = (/** @type {CustomEvent<{state: string}>} */ { detail }) => {
      if (detail.state === 'closed') fail(JobsyncError.disconnected(false));
      // While the connection was lost the end may have come and gone.
      if (detail.state === 'live' && !client.jobs.has(id)) ask();
    };
    const abort = () => fail(signal?.reason);
    client.addEventListener('change', look);
    client.addEventListener('state', watch);
    signal?.addEventListener('abort', abort);
    consider(client.jobs.get(id));
    if (!client.jobs.has(id)) ask();
  });
}
