// @ts-check
import { label } from '../model/kept.js';
import { h } from './dom.js';

/** @typedef {import('../model/kept.js').Kept} Kept */

const LONGEST = 200; // choices; one looks for one of more than these by typing

let made = 0;

/** A field for the id of a kept thing: a list to choose from, or, where there are too many, a text with suggestions.
 * @param {Kept[]} kept @param {{value: string, isRequired: boolean}} options in which the value is what to begin with
 * @returns {{input: any, beside: Node[]}} the field and what has to be in the document for it */
export function choice(kept, { value, isRequired }) {
  if (kept.length > LONGEST) {
    const id = `kept-${++made}`;
    const input = h('input', { type: 'text', list: id, autocomplete: 'off', spellcheck: 'false' });
    input.value = value;
    return { input, beside: [h('datalist', { id }, ...kept.map((each) => h('option', { value: each._id, label: label(each) })))] };
  }
  const isKnown = kept.some(({ _id }) => _id === value);
  const select = h(
    'select', null,
    isRequired && isKnown ? null : h('option', { value: '' }, isRequired ? 'Choose…' : '–'),
    value === '' || isKnown ? null : h('option', { value }, `${value} – not there`),
    ...kept.map((each) => h('option', { value: each._id }, label(each))),
  );
  select.value = value;
  return { input: select, beside: [] };
}
