// @ts-check
import { number } from '../model/format.js';
import { h } from './dom.js';

/** The first of many; a button brings the rest.
 * @template Item
 * @param {Item[]} items @param {number} first how many to begin with @param {string} what they are called
 * @param {(item: Item, index: number) => HTMLElement} draw
 * @returns {HTMLElement[]} */
export function many(items, first, what, draw) {
  const shown = items.slice(0, first).map(draw);
  if (items.length <= first) return shown;
  const more = h('button', {
    onclick: () => {
      const rest = items.slice(first).map((item, index) => draw(item, first + index));
      more.replaceWith(...rest);
      rest[0].tabIndex = -1; // the focus goes on where the button was
      rest[0].focus();
    },
  }, `Show all ${number(items.length)} ${what}`);
  return [...shown, more];
}
