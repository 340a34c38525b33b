// @ts-check
import { number, title } from '../model/format.js';
import { isObject } from '../model/reading.js';
import { h } from './dom.js';
import { listing } from './listing.js';

/** @param {any} value */
const isPlain = (value) => typeof value !== 'object' || value === null;

/** Any JSON value as something to read: objects as lists of facts, lists of like objects as tables.
 * @param {any} value
 * @returns {HTMLElement} */
export function valueView(value) {
  if (Array.isArray(value)) return arrayView(value);
  if (isObject(value)) return Object.keys(value).length ? objectView(value) : h('span.dim', null, 'empty');
  return plainView(value);
}

/** @param {string | number | boolean | null} value */
function plainView(value) {
  if (value === null) return h('span.dim', null, 'none');
  if (typeof value === 'boolean') return h('span', null, value ? 'yes' : 'no');
  if (typeof value === 'number') return h('span', { title: String(value) }, numeral(value));
  return h('span', null, value === '' ? '“”' : String(value));
}

/** @param {number} value */
const numeral = (value) => (Math.abs(value) >= 1000 ? number(Math.round(value * 10) / 10) : String(Number(value.toPrecision(6))));

/** @param {Record<string, any>} value */
function objectView(value) {
  const list = h('dl.facts');
  for (const [key, each] of Object.entries(value)) {
    const isNested = !isPlain(each) && Object.keys(each).length > 0 && !(Array.isArray(each) && each.every(isPlain) && each.length <= 8);
    if (isNested) list.append(h('div.nested', null, h('dt', null, title(key)), h('dd', null, valueView(each))));
    else list.append(h('div', null, h('dt', null, title(key)), h('dd', null, valueView(each))));
  }
  return list;
}

/** @param {any[]} items */
function arrayView(items) {
  if (items.length === 0) return h('span.dim', null, 'empty');
  if (items.length > 1 && items.every(isObject)) return tableView(items);
  if (items.every(isPlain)) return h('span', null, items.map((item) => plainView(item).textContent).join(', '));
  return h('ol.items', null, ...items.map((item) => h('li', null, valueView(item))));
}

/** @param {Record<string, any>[]} items */
function tableView(items) {
  const names = [...new Set(items.flatMap((item) => Object.keys(item)))];
  return listing('Table', names.map((name) => ({
    head: title(name), isNumber: items.every((item) => typeof item[name] === 'number'),
    cell: (item) => (item[name] === undefined ? '' : valueView(item[name])),
  })), items);
}
