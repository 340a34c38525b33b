// @ts-check
import { accessionLink, exportsOf } from '../../model/exports.js';
import { words } from '../../model/reading.js';
import { h } from '../dom.js';

/** Links to a result as files: a page to print and sign, a table, JSON.
 * @param {'analyses' | 'samples'} kind @param {Record<string, any>} result @param {[string, string][]} [more] further files with their names
 * @returns {HTMLElement[]} */
export function exportsView(kind, result, more = []) {
  const id = words(result.id);
  if (!id) return [];
  const at = exportsOf(kind, id);
  return [h(
    'nav.exports', { 'aria-label': 'Result as files' },
    h('a', { href: at('report.html'), target: '_blank', rel: 'noopener' }, 'Report to print'),
    ...[['report.tsv', 'TSV'], ['report.json', 'JSON'], ...more].map(([file, text]) => h('a', { href: at(file), download: '' }, text)),
  )];
}

/** Links to the reads that speak for a virus. @param {Record<string, any>} result @param {string} virus its id @returns {HTMLElement[]} */
export function readsView(result, virus) {
  const id = words(result.id);
  if (!id || !virus) return [];
  const at = exportsOf('analyses', id);
  return [h('p.exports', null, h('span.dim', null, 'Its reads:'),
    ...['fastq', 'fasta'].map((format) => h('a', { href: at(`reads.${format}`, { virus }), download: '' }, format.toUpperCase())))];
}

/** A sequence's id, with a link to its entry if it is an accession. @param {string} id @returns {Node | string} */
export function sequenceId(id) {
  const href = accessionLink(id);
  return href ? h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, id) : id;
}
