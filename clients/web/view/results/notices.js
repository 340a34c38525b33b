// @ts-check
import { words } from '../../model/reading.js';
import { h } from '../dom.js';

/** What is odd about the reads of a sample, also where a result of an analysis says it. @param {Record<string, any>} result @returns {Node[]} */
export function noticesView({ warnings }) {
  const texts = Array.isArray(warnings) ? warnings.map(words).filter(Boolean) : [];
  return texts.map((text) => h('p.notice', null, text));
}
