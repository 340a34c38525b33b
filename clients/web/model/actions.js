// @ts-check
import { count, list, number } from './format.js';
import { isCancellable, isFinal } from './states.js';

/**
 * @typedef {import('../client/jobsync.d.ts').Jobsync} Jobsync
 * @typedef {import('../client/jobsync.d.ts').Job} Job
 */

const LARGEST_CALL = 1000; // ids; the server's bound

/** @type {Record<string, {method: string, permission: string, suits: (job: Job) => boolean, done: string}>} */
export const ACTIONS = {
  cancel: { method: 'jobs.cancel', permission: 'cancel_job', suits: isCancellable, done: 'cancelled' },
  archive: { method: 'jobs.archive', permission: 'archive_job', suits: isFinal, done: 'archived' },
  remove: { method: 'jobs.remove', permission: 'remove_job', suits: isFinal, done: 'removed' },
};

/** Does one thing to many jobs.
 * @param {Jobsync} client
 * @param {string} action
 * @param {string[]} ids
 * @returns {Promise<string>} what became of it, for people */
export async function perform(client, action, ids) {
  const { method } = ACTIONS[action];
  /** @type {any[]} */ const outcomes = [];
  for (let first = 0; first < ids.length; first += LARGEST_CALL) {
    const { jobs } = await client.call(method, { _id: ids.slice(first, first + LARGEST_CALL) });
    outcomes.push(...Object.values(jobs));
  }
  return summary(action, outcomes);
}

/** `10 cancelled, 1 stopping and 2 had already ended`.
 * @param {string} action @param {any[]} outcomes a word, or an error, for each job @returns {string} */
export function summary(action, outcomes) {
  const done = outcomes.filter((outcome) => outcome === ACTIONS[action].done).length;
  const stopping = outcomes.filter((outcome) => outcome === 'cancelling').length;
  const errors = outcomes.filter((outcome) => typeof outcome !== 'string');
  const unsuitable = errors.filter(({ data }) => data?.code === 'bad_state').length;
  const missing = errors.filter(({ data }) => data?.code === 'not_found').length;
  const rest = errors.filter(({ data }) => data?.code !== 'bad_state' && data?.code !== 'not_found');
  const parts = [
    done && `${number(done)} ${ACTIONS[action].done}`,
    stopping && `${number(stopping)} stopping`,
    unsuitable && (action === 'cancel' ? `${number(unsuitable)} had already ended` : `${number(unsuitable)} had not ended yet`),
    missing && `${count(missing, 'job')} no longer there`,
    rest.length > 0 && `${number(rest.length)} failed: ${rest[0]?.message}`,
  ];
  const text = list(parts.filter((part) => typeof part === 'string'));
  return text ? text.replace(/^./, (first) => first.toUpperCase()) : 'Nothing to do';
}
