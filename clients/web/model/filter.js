// @ts-check
import { STATES } from './states.js';

/**
 * @typedef {import('../client/jobsync.d.ts').Job} Job
 * @typedef {{states: ReadonlySet<string>, task: string, username: string, text: string}} Filter
 */

/** @type {Filter} */
export const EVERYTHING = { states: new Set(), task: '', username: '', text: '' };

/** Any of the states, and the task, and the user, and each word somewhere.
 * @param {Filter} filter
 * @returns {(job: Job) => boolean} */
export function matcher({ states, task, username, text }) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean).map((word) => [word, word.replaceAll('_', ' ')]);
  /** @param {Job} job @param {string[]} word */
  const says = (job, [word, spaced]) =>
    job._id.toLowerCase().includes(word) || job.task.includes(word) || job.task.replaceAll('_', ' ').includes(spaced) ||
    job.username.toLowerCase().includes(word) || (job.stage ?? '').includes(word);
  return (job) =>
    (states.size === 0 || states.has(job.state)) && (!task || job.task === task) &&
    (!username || job.username === username) && words.every((word) => says(job, word));
}

/** @param {Filter} filter */
export const isEverything = ({ states, task, username, text }) => states.size === 0 && !task && !username && !text.trim();

/** What the address bar says.
 * @param {URLSearchParams} query
 * @returns {{filter: Filter, sort: string, job: string, isAlone: boolean}} `isAlone`: the job is all that is shown */
export function readQuery(query) {
  const states = (query.get('state') ?? '').split(',').filter((state) => STATES.some((known) => known === state));
  return {
    filter: { states: new Set(states), task: query.get('task') ?? '', username: query.get('username') ?? '', text: query.get('q') ?? '' },
    sort: query.get('sort') ?? '',
    job: query.get('job') ?? '',
    isAlone: query.get('view') === 'page' && Boolean(query.get('job')),
  };
}

/** The address of a job on a page of its own. @param {string} job */
export const alonePath = (job) => `?job=${encodeURIComponent(job)}&view=page`;

/** @param {{filter: Filter, sort: string, job: string}} view
 * @returns {string} a query with `?`, or nothing */
export function writeQuery({ filter, sort, job }) {
  const query = new URLSearchParams();
  if (filter.states.size) query.set('state', STATES.filter((state) => filter.states.has(state)).join(','));
  if (filter.task) query.set('task', filter.task);
  if (filter.username) query.set('username', filter.username);
  if (filter.text.trim()) query.set('q', filter.text.trim());
  if (sort) query.set('sort', sort);
  if (job) query.set('job', job);
  const text = query.toString().replaceAll('%2C', ',');
  return text && `?${text}`;
}
