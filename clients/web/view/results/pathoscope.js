// @ts-check
import { diagnosisSentence, unitOf, viruses } from '../../model/diagnosis.js';
import { count, list, measured, share, title } from '../../model/format.js';
import { amount, named, object, words } from '../../model/reading.js';
import { disclosure } from '../disclosure.js';
import { h } from '../dom.js';
import { factsView } from '../facts.js';
import { listing } from '../listing.js';
import { many } from '../many.js';
import { coverageView } from './coverage.js';
import { exportsView, readsView, sequenceId } from './exports.js';
import { noticesView } from './notices.js';
import { meterBar } from './shares.js';
import { toolsText } from './tools.js';

const OPEN = 3; // viruses; the others are unfolded on request
const FIRST = 20; // and more than these are brought on request

/** The known viruses in a sample. @param {Record<string, any>} result @returns {Node[] | null} */
export function pathoscopeView(result) {
  if (!Array.isArray(result.diagnosis)) return null;
  const all = viruses(result.diagnosis, result.findings);
  const weak = all.filter(({ finding }) => finding?.verdict === 'weak');
  const shown = all.filter(({ finding }) => finding?.verdict !== 'weak');
  const candidates = amount(result.candidate_count);
  return [
    h('p.sentence', null, diagnosisSentence(result, all)),
    ...noticesView(result),
    ...exportsView('analyses', result),
    h('div.viruses', null, ...many(shown, FIRST, 'viruses', (virus, index) => virusView(result, virus, index < OPEN))),
    ...(weak.length ? [weakView(result, weak)] : []),
    factsView([
      ['Sample', named(result.sample)],
      ['Reference', referenceText(result.reference)],
      ['Hosts', hostsText(result)],
      ['Candidates', candidates === null ? null : count(candidates, 'virus', 'viruses')],
      ['Method', words(result.algorithm) && title(words(result.algorithm))],
      ['Tools', toolsText(result.tools)],
    ]),
  ];
}

/** @param {any} reference */
export function referenceText(reference) {
  const version = amount(object(reference).index);
  return named(reference) && `${named(reference)}${version === null ? '' : `, version ${version}`}`;
}

/** All hosts that were subtracted; results of earlier versions name one. @param {Record<string, any>} result */
export function hostsText({ host, hosts }) {
  return list((Array.isArray(hosts) ? hosts : [host]).map(named).filter(Boolean));
}

/** What may be another sample's, folded away. @param {Record<string, any>} result @param {import('../../model/diagnosis.js').Virus[]} weak */
function weakView(result, weak) {
  const head = h('span.virus-head', null, `${count(weak.length, 'virus', 'viruses')} with weak support, perhaps a contamination`);
  return disclosure(head, () => [h('div.viruses', null, ...many(weak, FIRST, 'viruses', (virus) => virusView(result, virus, false)))], { tag: 'details.weak' });
}

/** @param {Record<string, any>} result @param {import('../../model/diagnosis.js').Virus} virus @param {boolean} isOpen */
function virusView(result, { id, name, abbreviation, share: part, reads, isolates, finding }, isOpen) {
  const head = h(
    'span.virus-head', null,
    h('span.virus-name', null, h('b', null, name), abbreviation && abbreviation !== name ? h('span.dim', null, ` ${abbreviation}`) : null),
    ...(finding ? supportView(finding, unitOf(result)) : [h('b.virus-share', null, share(part)), meterBar(part), h('span.dim', null, count(Math.round(reads), 'read'))]),
  );
  const reasons = finding?.reasons.length ? [h('p.reasons', null, sentence(finding.reasons))] : [];
  return disclosure(head, () => [...reasons, ...isolates.map(isolateView), ...(finding ? readsView(result, id) : [])], { isOpen, tag: 'details.virus' });
}

const IN_WORDS = { found: 'Found', uncertain: 'Uncertain', weak: 'Weak' };

/** How well a finding is supported: verdict, reads, breadth, depth, and the share of all reads.
 * @param {import('../../model/diagnosis.js').Finding} finding @param {string} unit */
function supportView({ verdict, reads, breadth, depth, share: part }, unit) {
  const told = [
    reads === null ? '' : count(Math.round(reads), unit),
    breadth === null ? '' : `${share(breadth)} covered`,
    depth === null ? '' : `${measured(depth)} deep`,
    part === null ? '' : `${share(part)} of all ${unit}s`,
  ];
  return [
    h(`span.verdict.${verdict}`, null, IN_WORDS[verdict]),
    h('span.support', null, meterBar(breadth ?? 0), h('span.dim', null, told.filter(Boolean).join(' · '))),
  ];
}

/** @param {string[]} reasons */
function sentence(reasons) {
  const text = reasons.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** @param {import('../../model/diagnosis.js').Isolate} isolate */
function isolateView({ name, isDefault, share: part, sequences }) {
  // There may be more numbers than a call can have arguments.
  const most = sequences.flatMap(({ depths }) => depths).reduce((a, b) => Math.max(a, b), 1);
  return h(
    'div.isolate', null,
    h('h4', null, title(name), isDefault ? h('span.tag', null, 'default') : null, h('span.grow'), h('span.dim', null, share(part))),
    listing(`Sequences of ${name}`, [
      { head: 'Sequence', cell: ({ id }) => sequenceId(id), isHead: true },
      { head: 'π', cell: (sequence) => share(sequence.share), isNumber: true },
      { head: 'Reads', cell: ({ reads }) => measured(reads), isNumber: true },
      { head: 'Best hits', cell: ({ best }) => (best === null ? '' : share(best)), isNumber: true },
      { head: 'Coverage', cell: ({ coverage }) => (coverage === null ? '' : share(coverage)), isNumber: true },
    ], sequences),
    ...many(sequences.filter(({ depths }) => depths.length > 0), FIRST, 'plots', (sequence) => coverageView(sequence, most)),
  );
}
