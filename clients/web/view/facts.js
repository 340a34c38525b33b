// @ts-check
import { h } from './dom.js';

/** Names with their values; those without a value are left out.
 * @param {[name: string, value: Node | string | null | undefined][]} rows
 * @returns {HTMLElement} */
export function factsView(rows) {
  return h('dl.facts', null, ...rows.filter(([, value]) => value).map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value))));
}
