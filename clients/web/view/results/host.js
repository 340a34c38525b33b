// @ts-check
import { bytes, count, measured, number, share } from '../../model/format.js';
import { amount, object, objects, words } from '../../model/reading.js';
import { h } from '../dom.js';
import { factsView } from '../facts.js';
import { listing } from '../listing.js';
import { shareBar } from './shares.js';
import { toolsText } from './tools.js';

const NUCLEOTIDES = ['a', 't', 'g', 'c', 'n'];

/** A host genome that was added. @param {Record<string, any>} result @returns {Node[] | null} */
export function hostView(result) {
  const sequences = amount(result.count);
  if (sequences === null) return null;
  const { total, mean, max, min } = object(result.lengths);
  const bases = amount(total);
  const name = words(result.name);
  const amounts = /** @type {[string, number | null][]} */ ([
    ['Sequences', sequences], ['Bases', bases], ['Mean length', amount(mean)], ['Longest', amount(max)], ['Shortest', amount(min)],
  ]).filter(([, value]) => value !== null);
  return [
    h('p.sentence', null, `${name ? `${name}: ` : ''}${count(sequences, 'sequence')}${bases === null ? '' : ` with ${count(bases, 'base')}`}.`),
    listing('Statistics', [
      { head: 'Statistic', cell: ([what]) => what, isHead: true },
      { head: 'Value', cell: ([, value]) => measured(value ?? 0), isNumber: true },
    ], amounts),
    ...nucleotides(object(result.nucleotides), object(result.nucleotide_counts)),
    factsView([['Index', indexText(objects(result.index))], ['Tools', toolsText(result.tools)]]),
  ];
}

/** @param {Record<string, any>} shares @param {Record<string, any>} counts */
function nucleotides(shares, counts) {
  const known = NUCLEOTIDES.filter((each) => amount(shares[each]) !== null);
  if (known.length === 0) return [];
  const hasCounts = known.some((each) => amount(counts[each]) !== null);
  return [
    h('h4', null, 'Nucleotides'),
    shareBar('Shares of the nucleotides', known.map((each) => ({ name: each.toUpperCase(), part: shares[each], mark: `base-${each}` }))),
    listing('Nucleotides', [
      { head: 'Nucleotide', cell: (each) => each.toUpperCase(), isHead: true },
      { head: 'Share', cell: (each) => share(shares[each]), isNumber: true },
      ...(hasCounts ? [{ head: 'Count', cell: (/** @type {string} */ each) => number(amount(counts[each]) ?? 0), isNumber: true }] : []),
    ], known),
  ];
}

/** @param {Record<string, any>[]} files */
const indexText = (files) => files.length === 0 ? null : `${count(files.length, 'file')}, ${bytes(files.reduce((sum, { size }) => sum + (amount(size) ?? 0), 0))}`;
