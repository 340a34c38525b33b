// @ts-check
import { number } from '../model/format.js';
import { h } from './dom.js';

/**
 * @template Item
 * @typedef {object} Column
 * @property {string} head
 * @property {(item: Item) => Node | string | number | null} cell
 * @property {boolean} [isNumber]
 * @property {boolean} [isHead] it names its row
 */

const LONGEST = 50; // rows; the rest is behind a button
const MOST = 500; // rows at once; a browser takes seconds for thousands

/** A table of like things.
 * @template Item
 * @param {string} label @param {Column<Item>[]} columns @param {Item[]} items
 * @returns {HTMLElement} */
export function listing(label, columns, items) {
  const line = (/** @type {Item} */ item) => h('tr', null, ...columns.map(({ cell, isNumber, isHead }) => (
    h(`${isHead ? 'th' : 'td'}${isNumber ? '.num' : ''}`, { scope: isHead ? 'row' : null }, cell(item)))));
  const body = h('tbody', null, ...items.slice(0, LONGEST).map(line));
  const head = h('thead', null, h('tr', null, ...columns.map(({ head, isNumber }) => h(isNumber ? 'th.num' : 'th', { scope: 'col' }, head))));
  const table = h('div.scroll', { tabindex: 0, role: 'group', 'aria-label': label }, h('table', null, head, body));
  if (items.length <= LONGEST) return table;
  let shown = LONGEST;
  const words = () => (items.length - shown <= MOST ? `Show all ${number(items.length)} rows` : `Show ${number(MOST)} more of ${number(items.length)} rows`);
  const more = h('button.link', {
    onclick: () => {
      body.append(...items.slice(shown, shown + MOST).map(line));
      shown += MOST;
      if (shown < items.length) more.textContent = words();
      else more.remove();
      table.focus();
    },
  }, words());
  return h('div', null, table, more);
}
