// @ts-check
import { number } from '../model/format.js';
import { h } from './dom.js';

const MOST = 500; // at once; a browser takes seconds for thousands

/** The first of many; a button brings the rest, of very many a part of it.
 * @template Item
 * @param {Item[]} items @param {number} first how many to begin with @param {string} what they are called
 * @param {(item: Item, index: number) => HTMLElement} draw
 * @returns {HTMLElement[]} */
export function many(items, first, what, draw) {
  const shown = items.slice(0, first).map(draw);
  return items.length <= first ? shown : [...shown, moreButton(items, first, what, draw)];
}

/** @template Item @param {Item[]} items @param {number} from @param {string} what @param {(item: Item, index: number) => HTMLElement} draw */
function moreButton(items, from, what, draw) {
  const isRest = items.length - from <= MOST;
  /** @type {HTMLElement} */ const more = h('button', {
    onclick: () => {
      const next = items.slice(from, from + MOST).map((item, index) => draw(item, from + index));
      more.replaceWith(...next, ...(isRest ? [] : [moreButton(items, from + MOST, what, draw)]));
      next[0].tabIndex = -1; // the focus goes on where the button was
      next[0].focus();
    },
  }, isRest ? `Show all ${number(items.length)} ${what}` : `Show ${number(MOST)} more of ${number(items.length)} ${what}`);
  return more;
}
