// @ts-check
import { count, number } from '../model/format.js';
import { ACTIONS } from '../model/actions.js';
import { setBusy } from './busy.js';
import { $, h, say } from './dom.js';

/**
 * @typedef {object} Page
 * @property {import('../model/store.js').Store} store
 * @property {import('../model/orders.js').Orders} orders
 * @property {import('./acting.js').Acting} acting
 * @property {(text: string, what: string) => void} copy
 * @property {() => void} selectAll
 * @property {() => void} focusTable
 */

/** The bar over the table that acts on all ticked jobs, and on no job that is not shown. */
export class SelectionBar {
  #selection;
  #page;
  #cancel;
  #archive;
  #all;

  /** @param {import('../model/selection.js').Selection} selection @param {Page} page */
  constructor(selection, page) {
    this.#selection = selection;
    this.#page = page;
    const { acting, copy, selectAll, focusTable } = page;
    this.#cancel = h('button.danger', { 'data-permission': 'cancel_job', onclick: () => acting.act('cancel', this.suited('cancel')) });
    this.#archive = h('button', { 'data-permission': 'archive_job', onclick: () => acting.act('archive', this.suited('archive')) });
    this.#all = h('button', { onclick: selectAll });
    $('selection').append(
      h('b', { id: 'selected' }), this.#all, this.#cancel, this.#archive,
      h('button', { onclick: () => copy([...selection].join('\n'), count(selection.size, 'id')) }, 'Copy ids'),
      h('button.link', { onclick: () => {
        selection.clear();
        focusTable();
      } }, 'Clear selection'),
    );
    selection.addEventListener('change', () => this.show());
    acting.addEventListener('change', () => this.show());
  }

  /** @param {string} action @returns {string[]} the ticked jobs that it can be done to */
  suited(action) {
    const { store, orders } = this.#page;
    return [...this.#selection].filter((id) => {
      const job = store.isShown(id) && store.get(id);
      return job && ACTIONS[action].suits(job) && !orders.of(id);
    });
  }

  show() {
    const { size } = this.#selection;
    const { store } = this.#page;
    const hadFocus = $('selection').contains(document.activeElement);
    $('selection').hidden = size === 0;
    if (size === 0) {
      if (hadFocus) this.#page.focusTable();
      return;
    }
    say($('selected'), `${number(size)} selected`);
    say(this.#all, `Select all ${number(store.length)}`);
    this.#all.hidden = size >= store.length;
    this.#offer(this.#cancel, 'cancel', (amount) => `Cancel ${number(amount)} active`);
    this.#offer(this.#archive, 'archive', (amount) => `Archive ${number(amount)} ended`);
  }

  /** @param {any} button @param {string} action @param {(amount: number) => string} words */
  #offer(button, action, words) {
    const progress = this.#page.acting.progress(action);
    const amount = progress ? 0 : this.suited(action).length;
    say(button, progress ?? words(amount));
    setBusy(button, progress !== undefined);
    button.hidden = !progress && amount === 0;
  }
}
