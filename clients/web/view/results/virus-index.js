// @ts-check
import { count, number } from '../../model/format.js';
import { amount, isObject, named, words } from '../../model/reading.js';
import { disclosure } from '../disclosure.js';
import { h } from '../dom.js';
import { factsView } from '../facts.js';
import { listing } from '../listing.js';
import { toolsText } from './tools.js';

/** A new version of a reference's index. @param {Record<string, any>} result @returns {Node[] | null} */
export function virusIndexView(result) {
  const version = amount(result.version);
  if (version === null) return null;
  const rows = /** @type {[string, number | null][]} */ ([
    ['Viruses', amount(result.virus_count)], ['Sequences', amount(result.sequence_count)],
    ['Changed viruses', amount(result.modified_virus_count)], ['Changes', amount(result.modification_count)],
  ]).filter(([, value]) => value !== null);
  const manifest = isObject(result.manifest) ? Object.entries(result.manifest) : [];
  return [
    h('p.sentence', null, `Version ${version} of ${named(result.reference) || 'the reference'} is ready. ${changes(result)}`),
    listing('Figures of the index', [
      { head: 'Figure', cell: ([what]) => what, isHead: true },
      { head: 'Number', cell: ([, value]) => number(value ?? 0), isNumber: true },
    ], rows),
    factsView([['Tools', toolsText(result.tools)]]),
    ...(manifest.length === 0 ? [] : [disclosure(`Versions of ${count(manifest.length, 'virus', 'viruses')}`, () => [listing('Versions of viruses', [
      { head: 'Virus', cell: ([id]) => id, isHead: true },
      { head: 'Version', cell: ([, each]) => words(each), isNumber: true },
    ], manifest)])]),
  ];
}

/** @param {Record<string, any>} result */
function changes({ modified_virus_count: viruses, modification_count: modifications }) {
  const [changed, many] = [amount(viruses), amount(modifications)];
  if (changed === null) return '';
  if (changed === 0) return 'No virus had changed.';
  return `It takes in ${many === null ? 'the changes' : count(many, 'change')} of ${count(changed, 'virus', 'viruses')}.`;
}
