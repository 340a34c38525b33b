// @ts-check
import { count, number } from './format.js';
import { amount, amounts, named, object, objects, words } from './reading.js';

/**
 * @typedef {object} Sequence
 * @property {string} id
 * @property {string} definition
 * @property {number | null} length
 * @property {number} share how much of all matching reads is its own: π
 * @property {number} reads
 * @property {number | null} best the share of reads that fit it best
 * @property {number | null} coverage
 * @property {number | null} depth
 * @property {number[]} depths the mean depth of each of many equal pieces
 * @typedef {{id: string, name: string, isDefault: boolean, share: number, sequences: Sequence[]}} Isolate
 * @typedef {object} Finding how sure it is that a virus is there, and why
 * @property {'found' | 'uncertain' | 'weak'} verdict
 * @property {string[]} reasons in words
 * @property {number | null} reads
 * @property {number | null} share of all reads of the sample
 * @property {number | null} breadth the share of its best covered sequence that reads cover
 * @property {number | null} depth of that sequence
 * @typedef {{id: string, name: string, abbreviation: string, share: number, reads: number, isolates: Isolate[], finding: Finding | null}} Virus
 */

/** The list of sequences that a search for known viruses ends with, as viruses and their isolates: the surest first,
 * and of those, or where nothing was judged, the greatest share.
 * @param {any} diagnosis @param {any} [findings] what is judged of each virus; results of earlier versions have none
 * @returns {Virus[]} */
export function viruses(diagnosis, findings) {
  const judged = new Map(objects(findings).map((finding) => [keyOf(finding.virus), judge(finding)]));
  /** @type {Map<string, Virus>} */ const found = new Map();
  /** @type {Map<Virus, Map<string, Isolate>>} */ const isolates = new Map();
  for (const entry of objects(diagnosis)) {
    const virus = found.get(keyOf(entry.virus)) ?? {
      id: words(object(entry.virus).id), name: named(entry.virus) || 'Unnamed virus', abbreviation: words(object(entry.virus).abbreviation),
      share: 0, reads: 0, isolates: [], finding: judged.get(keyOf(entry.virus)) ?? null,
    };
    found.set(keyOf(entry.virus), virus);
    const sequence = read(entry);
    virus.share += sequence.share;
    virus.reads += sequence.reads;
    const own = isolates.get(virus) ?? new Map();
    isolates.set(virus, own);
    isolateOf(virus, own, entry.isolate, sequence);
  }
  const ordered = [...found.values()].sort((a, b) => rank(a) - rank(b) || byShare(a, b));
  for (const { isolates } of ordered) {
    isolates.sort(byShare);
    for (const { sequences } of isolates) sequences.sort(byShare);
  }
  return ordered;
}

const VERDICTS = /** @type {const} */ (['found', 'uncertain', 'weak']);

/** @param {Record<string, any>} finding @returns {Finding} */
const judge = ({ verdict, reasons, reads, share, breadth, depth }) => ({
  verdict: VERDICTS.find((each) => each === verdict) ?? 'uncertain',
  reasons: objects(reasons).map(({ text, code }) => words(text) || words(code)).filter(Boolean),
  reads: amount(reads), share: amount(share), breadth: amount(breadth), depth: amount(depth),
});

/** @param {Virus} virus */
const rank = ({ finding }) => (finding ? VERDICTS.indexOf(finding.verdict) : 0);

/** @param {any} value what has an id, or is one */
const keyOf = (value) => words(object(value).id) || named(value);

/** @param {{share: number}} a @param {{share: number}} b */
const byShare = (a, b) => b.share - a.share;

/** @param {Virus} virus @param {Map<string, Isolate>} own its isolates by their keys @param {any} value @param {Sequence} sequence */
function isolateOf(virus, own, value, sequence) {
  const key = keyOf(value);
  let isolate = own.get(key);
  if (!isolate) {
    isolate = { id: key, name: named(value) || 'Unnamed isolate', isDefault: object(value).default === true, share: 0, sequences: [] };
    virus.isolates.push(isolate);
    own.set(key, isolate);
  }
  isolate.share += sequence.share;
  isolate.sequences.push(sequence);
}

/** @param {Record<string, any>} entry @returns {Sequence} */
function read(entry) {
  return {
    id: words(entry.id) || 'unnamed', definition: words(entry.definition), length: amount(entry.length),
    share: amount(entry.pi) ?? 0, reads: amount(entry.reads) ?? 0, best: amount(entry.best),
    coverage: amount(entry.coverage), depth: amount(entry.depth), depths: amounts(entry.depths).map((depth) => Math.max(0, depth)),
  };
}

/** What is counted: pairs count once. Results of earlier versions do not say it. @param {Record<string, any>} result */
export const unitOf = ({ paired }) => (paired === true ? 'pair' : 'read');

/** What a search for known viruses found, in a sentence. @param {Record<string, any>} result @param {Virus[]} all */
export function diagnosisSentence(result, all) {
  const host = amount(result.subtracted_count);
  const unit = unitOf(result);
  if (all.length === 0) return host ? `No virus was found. ${count(host, unit)} that fitted one ${host === 1 ? 'was' : 'were'} the host’s.` : 'No virus was found.';
  const begin = judgedSentence(all) + readsSentence(result);
  return host === null ? `${begin}.` : `${begin}; ${host === 0 ? `no ${unit}` : count(host, unit)} ${host === 0 || host === 1 ? 'was' : 'were'} the host’s.`;
}

/** @param {Virus[]} all */
function judgedSentence(all) {
  const of = (/** @type {string} */ verdict) => all.filter(({ finding }) => (finding?.verdict ?? 'found') === verdict).length;
  const sure = of('found');
  const parts = [sure === 0 ? 'No virus was found for sure' : `${count(sure, 'virus', 'viruses')} ${sure === 1 ? 'was' : 'were'} found`];
  if (of('uncertain')) parts.push(`${number(of('uncertain'))} ${of('uncertain') === 1 ? 'is' : 'are'} uncertain`);
  if (of('weak')) parts.push(`${number(of('weak'))} ${of('weak') === 1 ? 'has' : 'have'} weak support`);
  return parts.join(', ');
}

/** @param {Record<string, any>} result */
function readsSentence(result) {
  const reads = amount(result.read_count);
  const all = amount(result.sample_reads);
  if (reads === null) return '';
  return all === null ? ` in ${count(reads, `matching ${unitOf(result)}`)}` : `; ${number(reads)} of ${count(all, unitOf(result))} fit a virus`;
}

const MOST_GAPS = 3;

/** How well reads lie along a sequence, in words. @param {Sequence} sequence */
export function coverageInWords({ depths, length, depth }) {
  if (depths.length === 0) return '';
  const size = length ?? depths.length;
  const at = (/** @type {number} */ index) => Math.round((index / depths.length) * size);
  const most = Math.max(...depths);
  const peak = depths.indexOf(most);
  /** @type {string[]} */ const gaps = [];
  for (let first = 0; first < depths.length; first++) {
    if (depths[first] > 0) continue;
    let last = first;
    while (depths[last + 1] === 0) last++;
    gaps.push(`${number(at(first) + 1)} to ${number(at(last + 1))}`);
    first = last;
  }
  const mean = depth ?? depths.reduce((sum, each) => sum + each, 0) / depths.length;
  const missing = gaps.length === 0 ? 'no gap' : `${count(gaps.length, 'gap')}: ${gaps.slice(0, MOST_GAPS).join(', ')}${gaps.length > MOST_GAPS ? ' and others' : ''}`;
  return `Mean depth ${rounded(mean)}, greatest ${rounded(most)} around ${number(at(peak + 0.5))} of ${number(size)} nt, ${missing}.`;
}

/** @param {number} depth */
const rounded = (depth) => number(Math.round(depth * 10) / 10);
