// @ts-check
import { exportsOf, findingsPath } from '../model/exports.js';
import { timestamp } from '../model/format.js';
import { KINDS, keptRecords } from '../model/kept.js';
import { h } from './dom.js';
import { showDialog } from './dialogs.js';
import { listing } from './listing.js';

/**
 * @typedef {import('../model/kept.js').KeptRecord} KeptRecord
 * @typedef {{client: import('../client/jobsync.d.ts').Jobsync, openJob: (id: string) => void}} Page
 */

/** What jobs have left behind, one kind at a time. @param {Page} page */
export function dataDialog({ client, openJob }) {
  const place = h('div.data', { 'aria-live': 'polite' });
  const chips = KINDS.map(([kind, text]) => h('button.chip', { 'aria-pressed': 'false', onclick: () => show(kind) }, text));
  let shown = '';
  const show = async (/** @type {string} */ kind) => {
    shown = kind;
    KINDS.forEach(([each], index) => chips[index].setAttribute('aria-pressed', String(each === kind)));
    place.replaceChildren(h('p.dim', null, 'Loading…'));
    const view = await keptRecords(client, kind).then((records) => table(kind, records, open), problem);
    if (shown === kind) place.replaceChildren(view); // unless another was chosen meanwhile
  };
  const open = (/** @type {MouseEvent} */ event, /** @type {string} */ job) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // the browser knows what to do
    event.preventDefault();
    dialog.close();
    openJob(job);
  };
  const dialog = showDialog(h(
    'div', null, h('h2', null, 'Data'), h('p.dim', null, 'What jobs have made and others build on.'),
    h('div.chips', { role: 'group', 'aria-label': 'Kind' }, ...chips), place,
    h('div.dialog-actions', null, h('button', { onclick: () => dialog.close() }, 'Close')),
  ), { label: 'Data', wide: true });
  show(KINDS[0][0]);
}

/** @param {string} kind @param {KeptRecord[]} records @param {(event: MouseEvent, job: string) => void} open */
function table(kind, records, open) {
  if (records.length === 0) return h('p.dim', null, `There is no ${kind} yet.`);
  const hasReports = kind === 'analysis' || kind === 'sample';
  const hasUses = records.some(({ uses }) => uses.length > 0);
  const rows = listing(KINDS.find(([each]) => each === kind)?.[1] ?? kind, [
    { head: 'Name', isHead: true, cell: ({ name, _id }) => name || _id },
    { head: 'Job', cell: ({ job }) => job && h('a.code', { href: `?job=${encodeURIComponent(job)}`, onclick: (/** @type {MouseEvent} */ event) => open(event, job) }, job) },
    { head: 'Id', cell: ({ _id }) => h('code', null, _id) },
    ...(hasUses ? [{ head: 'Made with', cell: (/** @type {KeptRecord} */ { uses }) => uses.map((each) => `${each.kind} ${each._id}`).join(', ') }] : []),
    ...(hasReports ? [{ head: 'Report', cell: (/** @type {KeptRecord} */ { _id, name }) => reportLink(kind === 'analysis' ? 'analyses' : 'samples', _id, name || _id) }] : []),
    { head: 'By', cell: ({ username }) => username },
    { head: 'Created', cell: ({ created }) => created && h('time', { datetime: created }, timestamp(created)) },
  ], records);
  return hasReports ? h('div', null, findingsLinks(), rows) : rows;
}

/** @param {'analyses' | 'samples'} kind @param {string} id @param {string} name */
const reportLink = (kind, id, name) => h('a', { href: exportsOf(kind, id)('report.html'), target: '_blank', rel: 'noopener', 'aria-label': `Report of ${name}` }, 'Report');

/** Which viruses were found in which samples, as one table. */
const findingsLinks = () => h(
  'nav.exports', { 'aria-label': 'Samples and viruses' }, h('span.dim', null, 'Samples × viruses:'),
  h('a', { href: findingsPath('html'), target: '_blank', rel: 'noopener' }, 'Table'),
  h('a', { href: findingsPath('tsv'), download: '' }, 'TSV'),
  h('a', { href: findingsPath('tsv', 'long'), download: '' }, 'TSV, a row for each finding'),
);

/** @param {any} error */
const problem = ({ code, message }) => h('p.notice', null, code === 'method_not_found' ? 'This server can’t list what it keeps.' : message);
