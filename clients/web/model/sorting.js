// @ts-check
import { RANKS } from './states.js';
import { instant } from './time.js';

/**
 * @typedef {import('../client/jobsync.d.ts').Job} Job
 * @typedef {{by: string, descending: boolean}} Sort
 * @typedef {(job: Job, ranks: Ranks) => number} Key
 */

/** Names as numbers in alphabetical order, so that rows are sorted by numbers only. */
export class Ranks {
  /** @type {Record<'task' | 'username', Map<string, number> | null>} */ #of = { task: null, username: null };
  #facets;

  /** @param {Record<'task' | 'username', Map<string, number>>} facets name → number of jobs */
  constructor(facets) {
    this.#facets = facets;
  }

  /** @param {'task' | 'username'} field @param {string} name */
  rank(field, name) {
    const known = this.#of[field]?.get(name);
    if (known !== undefined) return known;
    const names = [...this.#facets[field].keys()].sort((a, b) => a.localeCompare(b));
    const ranks = new Map(names.map((each, index) => [each, index]));
    this.#of[field] = ranks;
    this.isRenumbered = true;
    return ranks.get(name) ?? ranks.size;
  }

  /** Set when old ranks no longer hold; whoever sorted by them sorts again. */
  isRenumbered = false;
}

/** @type {Record<string, Key>} */
export const KEYS = {
  state: (job) => RANKS[job.state] ?? 9,
  task: (job, ranks) => ranks.rank('task', job.task),
  progress: (job) => job.progress,
  username: (job, ranks) => ranks.rank('username', job.username),
  proc: (job) => job.proc * 1e6 + job.mem,
  updated: (job) => instant(job.updated),
  added: (job) => instant(job.added),
};

/** Orders in words, for where there are no columns to click on. @type {[text: string, words: string][]} */
export const ORDERS = [
  ['', 'By state'], ['-added', 'Newest first'], ['added', 'Oldest first'], ['-updated', 'Last changed first'], ['task', 'By task'],
  ['username', 'By user'], ['-progress', 'Most done first'], ['-proc', 'Largest first'],
];

/** @type {Sort} */
export const DEFAULT_SORT = { by: 'state', descending: false };

/** `-added` → by `added`, descending. @param {string} text @returns {Sort} */
export function readSort(text) {
  const by = text.replace(/^-/, '');
  return by in KEYS ? { by, descending: text.startsWith('-') } : DEFAULT_SORT;
}

/** @param {Sort} sort @returns {string} nothing for the default */
export const writeSort = ({ by, descending }) =>
  by === DEFAULT_SORT.by && descending === DEFAULT_SORT.descending ? '' : `${descending ? '-' : ''}${by}`;

/** A column's first click: newest, most and largest first; names and states from the start.
 * @param {string} by @param {Sort} current @returns {Sort} */
export function nextSort(by, current) {
  if (by === current.by) return { by, descending: !current.descending };
  return { by, descending: by !== 'state' && by !== 'task' && by !== 'username' };
}
