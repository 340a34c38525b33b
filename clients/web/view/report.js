// @ts-check
import { count, duration, number, percent, timestamp, title } from '../model/format.js';
import { isFinal, TITLES } from '../model/states.js';
import { $, h } from './dom.js';

const MOST = 2000; // rows on paper

/** What is printed where no job is open: the jobs that are shown, as a plain table, since the list itself has rows only for
 * what is in sight.
 * @param {import('../model/store.js').Store} store
 * @param {{isOpen: () => boolean, words: () => string}} page `words` for the filter that is in force */
export function printReports(store, { isOpen, words }) {
  addEventListener('beforeprint', () => {
    $('printed').textContent = `Printed ${timestamp(Date.now())}`;
    $('report').replaceChildren(...(isOpen() ? [] : reportOf(store, words())));
  });
  addEventListener('afterprint', () => $('report').replaceChildren());
}

/** @param {import('../model/store.js').Store} store @param {string} words */
function reportOf(store, words) {
  const shown = Math.min(MOST, store.length);
  const heads = ['State', 'Task', 'Id', 'Progress', 'User', 'Cores · GB', 'Added'];
  const rows = Array.from({ length: shown }, (_, index) => rowOf(/** @type {any} */ (store.at(index))));
  const extent = store.length === store.size ? count(store.size, 'job') : `${number(store.length)} of ${count(store.size, 'job')}${words && `: ${words}`}`;
  return [
    h('h2', null, 'Jobs'), h('p', null, shown < store.length ? `${extent}. The first ${number(shown)} follow.` : extent),
    h('table', null, h('thead', null, h('tr', null, ...heads.map((head) => h('th', { scope: 'col' }, head)))), h('tbody', null, ...rows)),
  ];
}

/** @param {import('../client/jobsync.d.ts').Job} job */
function rowOf(job) {
  const progress = isFinal(job) ? duration(Date.parse(job.updated) - Date.parse(job.added)) : job.state === 'waiting' ? '' : percent(job.progress);
  return h('tr', null, ...[
    h('span', { class: `state ${job.state}` }, TITLES[job.state] ?? job.state), title(job.task), h('code', null, job._id),
    [progress, job.error ?? (job.stage ? title(job.stage) : '')].filter(Boolean).join(' · '), job.username, `${job.proc} · ${job.mem}`, timestamp(job.added),
  ].map((cell) => h('td', null, cell)));
}
