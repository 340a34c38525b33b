// @ts-check
import { nextSort, ORDERS, readSort, writeSort } from '../model/sorting.js';
import { $, fillSelect, h } from './dom.js';
import { Grid } from './grid.js';
import { JobRow } from './row.js';

/**
 * @typedef {import('../model/store.js').Store} Store
 * @typedef {import('../model/sorting.js').Sort} Sort
 * @typedef {object} Page
 * @property {Store} store
 * @property {import('../model/selection.js').Selection} selection
 * @property {import('../model/orders.js').Orders} orders
 * @property {() => void} selectAll
 * @property {() => number} now
 * @property {(task: string) => number} stages
 * @property {() => string} openId
 * @property {(id: string) => void} openJob
 * @property {(sort: Sort) => void} sortBy
 */

const HOLD = 2500; // milliseconds after the last touch before rows may move again
const AGES = ['updated', 'added']; // shown as the time since: what is newest shows the least
const COLUMNS = [
  ['State', 'c-state', 'state'], ['Task', 'c-task', 'task'], ['Progress', 'c-progress', 'progress'], ['User', 'c-user', 'username'],
  ['Cores · GB', 'c-reserved.num', 'proc'], ['Updated', 'c-updated.num', 'updated'], ['Age', 'c-age.num', 'added'],
];

/** The live table: what is under the pointer does not move away, and never steals the focus. */
export class JobTable {
  #page;
  #root = $('grid');
  #grid;
  /** @type {Map<string, any>} */ #headers = new Map();
  #hold = 0;
  #order = $('sort'); // the same in words, where there is no head
  #current = ''; // the id of the job that the keyboard is at
  #all = h('input', { type: 'checkbox', 'aria-label': 'Select all that match', title: 'Select all that match (Ctrl A)' });

  /** @param {Page} page */
  constructor(page) {
    this.#page = page;
    const { store, selection, orders } = page;
    this.#root.setAttribute('aria-colcount', String(COLUMNS.length + 1));
    this.#addHeader();
    this.#order.addEventListener('change', () => page.sortBy(readSort(this.#order.value)));
    const body = h('div.rows', { role: 'rowgroup' });
    this.#root.append(body);
    this.#grid = new Grid(this.#root, body, rowHeight(), {
      length: () => store.length,
      slotAt: (index) => store.slotAt(index),
      generation: (slot) => store.generation(slot),
      create: () => new JobRow(),
      update: (row, slot) => {
        const job = store.jobs[slot];
        const { now, stages, openId } = page;
        if (job) row.update(orders.shown(job), { now: now(), stages, isSelected: selection.has(job._id), isOpen: job._id === openId() });
      },
    });
    for (const part of [selection, orders]) part.addEventListener('change', () => this.render(true));
    selection.addEventListener('change', () => this.countSelected());
    matchMedia('(max-width: 640px)').addEventListener('change', () => { this.#grid.rowHeight = rowHeight(); });
    body.addEventListener('click', (/** @type {MouseEvent} */ event) => this.#click(event));
    // Shift-click extends the selection; the browser's own idea of it, marking text, is in the way.
    body.addEventListener('mousedown', (/** @type {MouseEvent} */ event) => event.shiftKey && event.preventDefault());
    for (const touch of ['pointermove', 'keydown', 'wheel']) this.#root.addEventListener(touch, () => this.#freeze(), { passive: true });
    this.#root.addEventListener('pointerleave', () => this.thaw());
    $('moves').addEventListener('click', () => {
      this.thaw();
      this.focus(); // the button is gone
    });
  }

  focus() {
    this.#root.focus();
  }

  /** Rows have come, gone or moved: the keyboard stays at its job, not at a number of rows from the top. */
  follow() {
    if (!this.#current) return;
    const index = this.#page.store.indexOf(this.#current);
    if (index >= 0) this.#grid.active = index;
    else this.#keep();
  }

  #keep() {
    this.#current = this.current?._id ?? '';
  }

  /** Whether all, some or none of what is shown is selected. */
  countSelected() {
    const { store, selection } = this.#page;
    this.#all.checked = selection.size > 0 && selection.size >= store.length;
    this.#all.indeterminate = selection.size > 0 && !this.#all.checked;
  }

  /** @param {boolean} [force] */
  render(force) {
    this.#grid.render(force);
  }

  /** Back to the top: what is shown is another list now. */
  rewind() {
    this.#root.scrollTop = 0;
    this.#grid.active = -1;
    this.#keep();
    this.thaw();
  }

  /** @returns {import('../client/jobsync.d.ts').Job | null} the job that the keyboard is at */
  get current() {
    return this.#page.store.at(this.#grid.active);
  }

  get activeIndex() {
    return this.#grid.active;
  }

  /** @param {number} by */
  move(by) {
    this.focus();
    this.#grid.activate(this.#grid.active + by);
    this.#keep();
  }

  /** @param {'first' | 'last' | 'page-up' | 'page-down'} to */
  jump(to) {
    this.focus();
    const { active, page } = this.#grid;
    this.#grid.activate({ first: 0, last: this.#page.store.length - 1, 'page-up': active - page, 'page-down': active + page }[to]);
    this.#keep();
  }

  /** @param {Sort} sort */
  showSort({ by, descending }) {
    const order = writeSort({ by, descending });
    const isNamed = ORDERS.some(([each]) => each === order);
    fillSelect(this.#order, isNamed ? ORDERS : [...ORDERS, [order, `By ${by === 'username' ? 'user' : by}`]], order);
    for (const [name, header] of this.#headers) {
      if (name === by) header.setAttribute('aria-sort', descending !== AGES.includes(by) ? 'descending' : 'ascending');
      else header.removeAttribute('aria-sort');
    }
  }

  /** Lets rows move again, now. */
  thaw() {
    clearTimeout(this.#hold);
    const { store } = this.#page;
    if (!store.isFrozen) return;
    store.thaw();
    if (store.flush()) this.follow();
    $('moves').hidden = true;
    this.render();
  }

  #freeze() {
    this.#page.store.isFrozen = true;
    clearTimeout(this.#hold);
    this.#hold = window.setTimeout(() => this.thaw(), HOLD);
  }

  #addHeader() {
    const { store, selection, sortBy, selectAll } = this.#page;
    const headers = COLUMNS.map(([text, classes, by]) => {
      const header = h(`div.cell.${classes}`, { role: 'columnheader' }, h('button', { onclick: () => sortBy(nextSort(by, store.sort)) }, text));
      this.#headers.set(by, header);
      return header;
    });
    this.#all.addEventListener('change', () => (this.#all.checked ? selectAll() : selection.clear()));
    const select = h('div.cell.c-select', { role: 'columnheader' }, h('label.hit', null, this.#all));
    this.#root.append(h('div.head', { role: 'rowgroup' }, h('div.row', { role: 'row', 'aria-rowindex': 1 }, select, ...headers)));
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const { store, selection, openJob } = this.#page;
    const target = /** @type {Element} */ (event.target);
    const index = Number(target.closest('.row')?.id.replace('row-', ''));
    const job = store.at(index);
    if (!job) return;
    this.#grid.active = index;
    this.#keep();
    if (!target.closest('.c-select')) {
      if (!getSelection()?.toString()) openJob(job._id);
      this.render();
      return;
    }
    if (event.shiftKey) selection.extend(index, store);
    else selection.toggle(job._id);
    this.focus();
  }
}

function rowHeight() {
  return Number.parseInt(getComputedStyle(document.documentElement).getPropertyValue('--row'), 10);
}
