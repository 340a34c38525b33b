// @ts-check
import { contigsOf, contigsSentence, fasta } from '../../model/contigs.js';
import { count, measured, number, share } from '../../model/format.js';
import { amount, named } from '../../model/reading.js';
import { disclosure } from '../disclosure.js';
import { h } from '../dom.js';
import { download } from '../download.js';
import { factsView } from '../facts.js';
import { listing } from '../listing.js';
import { many } from '../many.js';
import { contigPicture, hueOf } from './contig.js';
import { exportsView, sequenceId } from './exports.js';
import { noticesView } from './notices.js';
import { hostsText, referenceText } from './pathoscope.js';
import { toolsText } from './tools.js';

/** @typedef {import('../../model/contigs.js').Contig} Contig */

const FIRST = 20; // contigs; the rest is brought on request
const OPEN = 3; // whose hits are unfolded from the beginning

/** Contigs that look like viruses nobody knows. @param {Record<string, any>} result @param {import('./result.js').Page} page @returns {Node[] | null} */
export function nuvsView(result, page) {
  if (!Array.isArray(result.contigs)) return null;
  const contigs = contigsOf(result.contigs);
  const others = contigsOf(result.other_contigs, false);
  const file = `${named(result.sample) || 'sample'}-contigs.fa`;
  const hasSequences = contigs.some(({ sequence }) => sequence !== '');
  return [
    h('p.sentence', null, contigsSentence(result, contigs)),
    ...noticesView(result),
    ...exportsView('analyses', result, [['contigs.fasta', 'Contigs as FASTA']]),
    ...(hasSequences ? [h('div.panel-actions', null, h('button', { onclick: () => download(fasta(contigs, result), file) }, `Download ${contigs.length === 1 ? 'it' : `all ${number(contigs.length)}`} as FASTA`))] : []),
    ...many(contigs, FIRST, 'contigs', (contig, index) => contigView(contig, index < OPEN, page, result)),
    ...(others.length ? [othersView(others, amount(result.other_contig_count) ?? others.length, result)] : []),
    factsView([['Sample', named(result.sample)], ['Reference', referenceText(result.reference)], ['Hosts', hostsText(result)], ['Tools', toolsText(result.tools)]]),
  ];
}

/** Contigs that no profile fits, folded away: the host's, a viroid's, or those of a family that has no profile.
 * @param {Contig[]} others the longest @param {number} all how many there are @param {Record<string, any>} result */
function othersView(others, all, result) {
  const near = others.filter(({ verdict }) => verdict === 'known' || verdict === 'related');
  const head = `${count(all, 'other contig')}, ${near.length ? number(near.length) : 'none'} near to a known sequence`;
  const rows = [...near, ...others.filter((contig) => !near.includes(contig)).sort((a, b) => b.length - a.length)];
  return disclosure(head, () => [
    h('p.dim', null, `Nothing that they may code for fits a protein family of viruses.${all > others.length ? ` The ${number(others.length)} longest are shown.` : ''}`),
    listing('Other contigs', [
      { head: 'Contig', cell: ({ label }) => label },
      { head: 'Length', cell: ({ length }) => number(length), isNumber: true },
      { head: 'Reads', cell: ({ reads }) => (reads === null ? '' : number(reads)), isNumber: true },
      { head: 'Depth', cell: ({ depth }) => (depth === null ? '' : measured(depth)), isNumber: true },
      { head: 'Verdict', cell: ({ verdict }) => (verdict ? VERDICTS[verdict] : '') },
      { head: 'Nearest', cell: (contig) => h('span', null, ...nearestText(contig)) },
    ], rows),
    h('div.panel-actions', null, h('button', { onclick: () => download(fasta(rows, result), `${named(result.sample) || 'sample'}-other-contigs.fa`) }, 'Download them as FASTA')),
  ]);
}

/** @param {Contig} contig @param {boolean} isOpen @param {import('./result.js').Page} page @param {Record<string, any>} result */
function contigView(contig, isOpen, { copy }, result) {
  const { name, length, sequence, orfs, best, verdict, reads, depth } = contig;
  const made = [reads === null ? '' : count(reads, 'read'), depth === null ? '' : `${measured(depth)}× deep`].filter(Boolean).join(', ');
  const hits = orfs.reduce((sum, orf) => sum + orf.hits.length, 0);
  return h(
    'div.contig', null,
    h('h4', null, name, h('span.dim', null, ` ${number(length)} nt${made && `, ${made}`}`)),
    verdict ? h('p.verdict', null, h(`strong.${verdict}`, null, VERDICTS[verdict]), ': ', ...nearestText(contig)) : null,
    best ? h('p.dim', null, `Most like ${best.label}`) : null,
    contigPicture(contig),
    hits ? disclosure(count(hits, 'hit'), () => [hitsView(contig)], { isOpen }) : null,
    sequence ? disclosure('Sequence', () => [
      h('pre.sequence', { tabindex: 0, role: 'group', 'aria-label': `Sequence of ${name}` }, sequence),
      h('div.panel-actions', null,
        h('button', { onclick: () => copy(fasta([contig], result), 'Sequence') }, 'Copy as FASTA'),
        h('button', { onclick: () => download(fasta([contig], result), `${name}.fa`) }, 'Download as FASTA')),
    ]) : null,
  );
}

const VERDICTS = { known: 'Known virus', related: 'Related to a known virus', unknown: 'Unknown' };

/** What is known that is nearest to it. @param {Contig} contig */
function nearestText({ nearest }) {
  if (!nearest) return ['nothing in the reference is like it.'];
  const { id, virus, isolate, identity, coverage } = nearest;
  const how = [identity === null ? '' : `${share(identity)} identical`, coverage === null ? '' : `over ${share(coverage)} of it`].filter(Boolean).join(' ');
  return [`nearest is ${virus}${isolate ? `, ${isolate}` : ''} (`, sequenceId(id), `)${how ? `, ${how}` : ''}.`];
}

/** @param {Contig} contig */
function hitsView({ name, orfs }) {
  const rows = orfs.flatMap((orf) => orf.hits.map((hit) => ({ orf, hit })));
  return listing(`Hits of ${name}`, [
    { head: 'ORF', cell: ({ orf }) => h(`span.orf-number.hue-${hueOf(orf)}`, null, orf.number) },
    { head: 'Protein family', cell: ({ hit }) => (hit.profile && hit.profile !== hit.label ? h('span', null, hit.label, h('span.dim', null, ` ${hit.profile}`)) : hit.label), isHead: true },
    { head: 'E-value', cell: ({ hit }) => (hit.e === null ? '' : String(Number(hit.e.toPrecision(2)))), isNumber: true },
    { head: 'Score', cell: ({ hit }) => (hit.score === null ? '' : measured(hit.score)), isNumber: true },
  ], rows);
}
