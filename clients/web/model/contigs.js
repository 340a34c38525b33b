// @ts-check
import { count, number } from './format.js';
import { amount, isObject, named, objects, words } from './reading.js';

/**
 * @typedef {object} Hit
 * @property {string} label what the protein family is called
 * @property {string} profile
 * @property {number | null} e
 * @property {number | null} score
 * @typedef {object} Orf
 * @property {number} number counted along the contig, from 1
 * @property {string} frame from `+1` to `−3`
 * @property {boolean} isForward
 * @property {number} start
 * @property {number} end
 * @property {string} protein
 * @property {Hit[]} hits the best one first
 * @property {number | null} family counts what the best hits are called, the surest first; null without a hit
 * @typedef {object} Nearest the known sequence that is nearest to a contig
 * @property {string} id
 * @property {string} virus
 * @property {string} isolate
 * @property {number | null} identity
 * @property {number | null} coverage of the contig
 * @typedef {'known' | 'related' | 'unknown' | ''} Verdict nothing from an older server
 * @typedef {{label: string, name: string, isLikeVirus: boolean, length: number, sequence: string, orfs: Orf[], best: Hit | null, verdict: Verdict, nearest: Nearest | null, reads: number | null, depth: number | null}} Contig
 */

/** What nobody knows is what the search is for. @type {Verdict[]} */
const ORDER = ['unknown', 'related', 'known', ''];

/** The contigs of a search for novel viruses, unknown ones first, then the one with the surest hit.
 * @param {any} contigs @param {boolean} [isLikeVirus] whether they look like viruses, or are the others @returns {Contig[]} */
export function contigsOf(contigs, isLikeVirus = true) {
  /** @type {Set<string>} */ const labels = new Set();
  const found = objects(contigs).map((value, place) => contig(value, unique(isLikeVirus ? words(value.index) || String(place) : `other_${place}`, labels), isLikeVirus)).sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) || byCertainty(a.best, b.best) || b.length - a.length);
  /** @type {Map<string, number>} */ const families = new Map();
  for (const { orfs } of found) {
    for (const each of orfs.filter(({ hits }) => hits.length > 0).sort((a, b) => byCertainty(a.hits[0], b.hits[0]))) {
      const { label } = each.hits[0];
      if (!families.has(label)) families.set(label, families.size);
      each.family = families.get(label) ?? null;
    }
  }
  return found;
}

/** A name that none before it has. @param {string} name @param {Set<string>} taken */
function unique(name, taken) {
  let label = name;
  for (let again = 2; taken.has(label); again += 1) label = `${name}_${again}`;
  taken.add(label);
  return label;
}

/** @param {Record<string, any>} value @param {string} label @param {boolean} isLikeVirus @returns {Contig} */
function contig(value, label, isLikeVirus) {
  const sequence = words(value.sequence).replace(/\s/g, '');
  const found = objects(value.orfs).map(orf);
  const length = Math.max(amount(value.length) ?? sequence.length, ...found.map(({ end }) => end), 1);
  found.sort((a, b) => a.start - b.start || a.end - b.end).forEach((each, index) => { each.number = index + 1; });
  const best = found.flatMap(({ hits }) => hits).sort(byCertainty)[0] ?? null;
  return { label, name: `Contig ${label}`, isLikeVirus, length, sequence, orfs: found, best, verdict: ORDER.find((each) => each === value.verdict) ?? '', nearest: nearest(value.nearest), reads: amount(value.reads), depth: amount(value.depth) };
}

/** @param {any} value @returns {Nearest | null} */
function nearest(value) {
  if (!isObject(value)) return null;
  return { id: words(value.id), virus: named(value.virus) || words(value.id), isolate: named(value.isolate), identity: amount(value.identity), coverage: amount(value.coverage) };
}

/** @param {Record<string, any>} value @returns {Orf} */
function orf(value) {
  const ends = Array.isArray(value.pos) ? value.pos.map((each) => Math.max(0, amount(each) ?? 0)) : [];
  const isForward = value.strand !== -1;
  const hits = objects(value.hits).map(hit).sort(byCertainty);
  return {
    number: 0, frame: `${isForward ? '+' : '−'}${Math.min(2, Math.max(0, Math.round(amount(value.frame) ?? 0))) + 1}`, isForward,
    start: Math.min(...ends, Infinity) === Infinity ? 0 : Math.min(...ends), end: Math.max(0, ...ends), protein: words(value.pro), hits, family: null,
  };
}

/** @param {Record<string, any>} value @returns {Hit} */
function hit(value) {
  const profile = words(value.profile);
  return { label: words(value.label) || profile || `Cluster ${words(value.cluster)}`, profile, e: amount(value.full_e), score: amount(value.full_score) };
}

/** @param {Hit | null} a @param {Hit | null} b */
const byCertainty = (a, b) => {
  const [first, second] = [a?.e ?? Infinity, b?.e ?? Infinity];
  return first === second ? (b?.score ?? 0) - (a?.score ?? 0) : first - second;
};

/** What a search for novel viruses found, in a sentence. @param {Record<string, any>} result @param {Contig[]} contigs */
export function contigsSentence(result, contigs) {
  const all = amount(result.contig_count);
  const reads = amount(result.read_count);
  const made = [all === null ? '' : ` of ${count(all, 'contig')}`, reads === null ? '' : ` assembled from ${count(reads, 'read')}`].join('');
  if (contigs.length === 0) return `No sign of a novel virus was found${all === 0 ? ': nothing could be assembled' : made && all !== null ? ` in any${made}` : ''}.`;
  const unknown = contigs.filter(({ verdict }) => verdict === 'unknown').length;
  const told = contigs.some(({ verdict }) => verdict !== '') ? ` ${knownSentence(unknown, contigs)}` : '';
  const carries = contigs.length === 1 ? 'looks' : 'look';
  return `${all === null ? count(contigs.length, 'contig') : contigs.length}${made} ${carries} like a virus: an open reading frame of ${contigs.length === 1 ? 'it' : 'each'} fits a protein family of viruses.${told}`;
}

/** How many of them nobody knows. @param {number} unknown @param {Contig[]} contigs */
function knownSentence(unknown, contigs) {
  if (unknown === contigs.length) return unknown === 1 ? 'It is like nothing in the reference.' : 'None is like anything in the reference.';
  const rest = contigs.length - unknown;
  const known = contigs.filter(({ verdict }) => verdict === 'known').length;
  const parts = [known ? `${number(known)} of a virus that is known` : '', rest - known ? `${number(rest - known)} related to one` : ''].filter(Boolean).join(' and ');
  return unknown === 0 ? `None is unknown: ${parts}.` : `${number(unknown)} of them ${unknown === 1 ? 'is' : 'are'} unknown, ${parts}.`;
}

const FASTA_LINE = /.{1,70}/gs;

/** What can stand in the line of a header, without blanks. @param {string} text */
const word = (text) => text.replace(/[^!-=?-~]/gu, '_');

/** The contigs with the names that the server's own FASTA gives them, which no other contig of any analysis has.
 * @param {Contig[]} contigs @param {Record<string, any>} result */
export const fasta = (contigs, result) => contigs.map(({ label, sequence, length, reads, depth, isLikeVirus, verdict, nearest: known }) => {
  const sample = isObject(result.sample) ? words(result.sample.id) || words(result.sample.name) : words(result.sample);
  /** @type {[string, string | number | null][]} */
  const facts = [['sample', sample], ['length', length], ['reads', reads], ['depth', depth], ['', isLikeVirus ? '' : 'no_viral_protein'], ['verdict', verdict], ['nearest', known?.id ?? ''], ['virus', known?.virus ?? ''], ['identity', known?.identity ?? null]];
  const told = facts.filter(([, value]) => value !== '' && value !== null).map(([name, value]) => `${name}${name && '='}${word(String(value))}`);
  const head = `>${word(words(result.id) || sample || 'sample')}_contig_${word(label)} ${told.join(' ')}`;
  return `${[head, ...(sequence.match(FASTA_LINE) ?? [])].join('\n')}\n`;
}).join('');
