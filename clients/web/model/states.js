// @ts-check

/** @typedef {import('../client/jobsync.d.ts').JobState} JobState */

/** In the order of a job's life; also the order of the filter chips and of the keys 1 to 6.
 * @type {readonly JobState[]} */
export const STATES = ['waiting', 'running', 'cancelling', 'complete', 'error', 'cancelled'];

/** @type {Record<JobState, string>} */
export const TITLES = {
  waiting: 'Waiting',
  running: 'Running',
  cancelling: 'Cancelling…',
  complete: 'Complete',
  error: 'Failed',
  cancelled: 'Cancelled',
};

/** What people look for first comes first: what happens now, what is next, what broke. @type {Record<JobState, number>} */
export const RANKS = { running: 0, cancelling: 1, waiting: 2, error: 3, complete: 4, cancelled: 5 };

/** @param {{state: string}} job */
export const isFinal = ({ state }) => state === 'complete' || state === 'error' || state === 'cancelled';

/** @param {{state: string}} job */
export const isCancellable = ({ state }) => state === 'waiting' || state === 'running';
