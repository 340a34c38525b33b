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

/**
 * @typedef {{_id: string, outcome: any}} Outcome the word that the server said, or an error
 */

/** Does one thing to many jobs. Once the server can't be asked any more, the rest fails like the call that found out.
 * @param {Jobsync} client
 * @param {string} action
 * @param {string[]} ids
 * @param {(done: number) => void} [tell] hears how many have been answered
 * @returns {Promise<Outcome[]>} what became of each; never fails as a whole */
export async function perform(client, action, ids, tell = () => {}) {
  const { method } = ACTIONS[action];
  /** @type {Outcome[]} */ const outcomes = [];
  for (let first = 0; first < ids.length; first += LARGEST_CALL) {
    const part = ids.slice(first, first + LARGEST_CALL);
    try {
      const { jobs } = await client.call(method, { _id: part });
      outcomes.push(...part.map((_id) => ({ _id, outcome: jobs[_id] })));
    } catch (error) {
      outcomes.push(...part.map((_id) => ({ _id, outcome: error })));
    }
    tell(outcomes.length);
  }
  return outcomes;
}

/** Whether it may be worth trying again. @param {string} action @param {any} outcome */
export const hasFailed = (action, outcome) => !isDone(action, outcome) && !['bad_state', 'not_found'].includes(codeOf(outcome));

/** @param {string} action @param {any} outcome */
export const isDone = (action, outcome) => outcome === ACTIONS[action].done || outcome === 'cancelling';

/** @param {any} outcome the server's error of one job, or the client's of a whole call */
const codeOf = (outcome) => outcome?.data?.code ?? outcome?.code;

/** What became of one job. @param {string} action @param {any} outcome @returns {string} */
export function describe(action, outcome) {
  if (outcome === 'cancelling') return 'Stopping';
  if (typeof outcome === 'string') return outcome.replace(/^./, (first) => first.toUpperCase());
  if (codeOf(outcome) === 'bad_state') return action === 'cancel' ? 'Had already ended' : 'Had not ended yet';
  if (codeOf(outcome) === 'not_found') return 'No longer there';
  return `Failed: ${outcome?.message ?? 'the server said nothing about it'}`;
}

/** `10 cancelled, 1 stopping and 2 had already ended`.
 * @param {string} action @param {any[]} outcomes a word, or an error, for each job @returns {string} */
export function summary(action, outcomes) {
  const done = outcomes.filter((outcome) => outcome === ACTIONS[action].done).length;
  const stopping = outcomes.filter((outcome) => outcome === 'cancelling').length;
  const errors = outcomes.filter((outcome) => typeof outcome !== 'string');
  const unsuitable = errors.filter((error) => codeOf(error) === 'bad_state').length;
  const missing = errors.filter((error) => codeOf(error) === 'not_found').length;
  const rest = errors.filter((error) => hasFailed(action, error));
  const parts = [
    done && `${number(done)} ${ACTIONS[action].done}`,
    stopping && `${number(stopping)} stopping`,
    unsuitable && (action === 'cancel' ? `${number(unsuitable)} had already ended` : `${number(unsuitable)} had not ended yet`),
    missing && `${count(missing, 'job')} no longer there`,
    rest.length > 0 && `${number(rest.length)} failed: ${rest[0]?.message ?? 'the server said nothing about them'}`,
  ];
  const text = list(parts.filter((part) => typeof part === 'string'));
  return text ? text.replace(/^./, (first) => first.toUpperCase()) : 'Nothing to do';
}
