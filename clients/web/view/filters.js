// @ts-check
import { EVERYTHING, isEverything } from '../model/filter.js';
import { number, title } from '../model/format.js';
import { STATES, TITLES } from '../model/states.js';
import { $, fillSelect, h, say } from './dom.js';

const TYPING_PAUSE = 120; // milliseconds after the last key before the list is searched

/** Search, state chips, task and user: each change makes a new filter. */
export class FilterBar {
  #store;
  #onChange;
  #search = $('search');
  #task = $('filter-task');
  #user = $('filter-user');
  #clear = $('clear');
  /** @type {Map<string, {button: any, count: any}>} */ #chips = new Map();
  #facets = '';
  #focusTable;

  /** @param {import('../model/store.js').Store} store @param {(filter: import('../model/filter.js').Filter) => void} onChange @param {() => void} focusTable */
  constructor(store, onChange, focusTable) {
    this.#focusTable = focusTable;
    this.#store = store;
    this.#onChange = onChange;
    for (const state of STATES) {
      const amount = h('b', null, '–');
      const button = h('button.chip', { 'aria-pressed': 'false', onclick: () => this.toggle(state) }, h(`span.state.${state}`, null, TITLES[state]), amount);
      this.#chips.set(state, { button, count: amount });
      $('chips').append(button);
    }
    this.#task.addEventListener('change', () => this.#change({ task: this.#task.value }));
    this.#user.addEventListener('change', () => this.#change({ username: this.#user.value }));
    this.#clear.addEventListener('click', () => this.clear());
    let pause = 0;
    this.#search.addEventListener('input', () => {
      clearTimeout(pause);
      pause = window.setTimeout(() => this.#change({ text: this.#search.value }), TYPING_PAUSE);
    });
  }

  /** @param {string} state */
  toggle(state) {
    const states = new Set(this.#store.filter.states);
    if (!states.delete(state)) states.add(state);
    this.#change({ states });
  }

  clear() {
    this.#onChange(EVERYTHING);
    this.#focusTable(); // the button is gone
  }

  /** The filter that is in force, for people. */
  get words() {
    const { states, task, username, text } = this.#store.filter;
    return [[...states].map((state) => TITLES[/** @type {import('../client/jobsync.d.ts').JobState} */ (state)]).join(' or '), task && title(task), username, text.trim() && `“${text.trim()}”`].filter(Boolean).join(', ');
  }

  /** Shows the filter that is in force. */
  show() {
    const { states, task, username, text } = this.#store.filter;
    for (const [state, { button }] of this.#chips) button.setAttribute('aria-pressed', String(states.has(state)));
    if (document.activeElement !== this.#search) this.#search.value = text;
    this.#clear.hidden = isEverything(this.#store.filter);
    this.#fill(task, username);
  }

  /** @param {boolean} isLoaded before that a count would be a lie */
  count(isLoaded) {
    const { counts, filter, facets } = this.#store;
    for (const [state, { button, count }] of this.#chips) {
      say(count, isLoaded ? number(counts[state]) : '–');
      // A job is cancelling for seconds at most: its chip comes and goes with it.
      button.hidden = state === 'cancelling' && counts[state] === 0 && !filter.states.has(state);
    }
    const names = [...facets.task.keys(), '\n', ...facets.username.keys()].join('\t');
    if (names === this.#facets) return;
    this.#facets = names;
    this.#fill(filter.task, filter.username);
  }

  /** @param {string} task @param {string} username */
  #fill(task, username) {
    const { facets } = this.#store;
    const names = (/** @type {Map<string, number>} */ facet, /** @type {string} */ chosen) => [...new Set([...facet.keys(), chosen])].filter(Boolean).sort();
    fillSelect(this.#task, [['', 'All tasks'], ...names(facets.task, task).map((each) => /** @type {[string, string]} */ ([each, title(each)]))], task);
    fillSelect(this.#user, [['', 'Everyone'], ...names(facets.username, username).map((each) => /** @type {[string, string]} */ ([each, each]))], username);
  }

  /** @param {Partial<import('../model/filter.js').Filter>} part */
  #change(part) {
    this.#onChange({ ...this.#store.filter, ...part });
  }
}
