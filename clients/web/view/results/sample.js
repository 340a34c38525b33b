// @ts-check
import { bytes, count, list, number, share } from '../../model/format.js';
import { amount, amounts, object, objects, words } from '../../model/reading.js';
import { h } from '../dom.js';
import { factsView } from '../facts.js';
import { exportsView } from './exports.js';
import { noticesView } from './notices.js';
import { qualityViews } from './quality.js';
import { meterBar } from './shares.js';
import { toolsText } from './tools.js';

/** A sample whose reads were trimmed and measured. @param {Record<string, any>} result @returns {Node[] | null} */
export function sampleView(result) {
  const { raw_reads: rawReads, kept_reads: keptReads } = object(result.trimmed);
  const quality = object(result.quality);
  const [raw, kept] = [amount(rawReads), amount(keptReads) ?? amount(quality.count)];
  if (kept === null) return null;
  const gc = amount(quality.gc);
  return [
    h('p.sentence', null, raw ? `${number(kept)} of ${count(raw, 'read')} were kept (${share(kept / raw)}).` : `${count(kept, 'read')} were kept.`),
    ...(raw ? [meterBar(kept / raw)] : []),
    ...exportsView('samples', result),
    ...noticesView(result),
    factsView([
      ['Sample', words(result.name)],
      ['Layout', typeof result.paired === 'boolean' ? (result.paired ? 'paired reads' : 'single reads') : null],
      ['Library', words(object(result.trimming).library_type)],
      ['Trimming', trimmingText(object(result.trimming))],
      ['Left out', lossText(object(result.trimmed))],
      ['Read length', range(amounts(quality.length))],
      ['GC', gc === null ? null : `${gc}%`],
      ['Encoding', words(quality.encoding)],
      ['Host', words(result.subtraction)],
      ['Files', list(objects(result.files).map(({ name, size }) => `${words(name)}${amount(size) === null ? '' : ` (${bytes(size)})`}`))],
      ['Tools', toolsText(result.tools)],
    ]),
    ...qualityViews(quality),
  ];
}

/** @param {Record<string, any>} trimming */
function trimmingText(trimming) {
  const [length, quality] = [amount(trimming.min_length), amount(trimming.quality)];
  if (length === null) return null;
  return list([`at least ${number(length)} nt`, ...(quality ? [`ends of quality ${number(quality)}`] : [])]);
}

/** @param {Record<string, any>} trimmed */
function lossText(trimmed) {
  const [short, bad] = [amount(trimmed.too_short), amount(trimmed.too_bad)];
  if (short === null || bad === null || short + bad === 0) return null;
  return list([...(short ? [`${number(short)} too short`] : []), ...(bad ? [`${number(bad)} of low quality`] : [])]);
}

/** @param {number[]} length */
function range([shortest, longest]) {
  if (shortest === undefined) return null;
  return longest === undefined || shortest === longest ? `${number(shortest)} nt` : `${number(shortest)} to ${number(longest)} nt`;
}
