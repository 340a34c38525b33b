// @ts-check
import { count, number } from '../model/format.js';
import { ACTIONS } from '../model/actions.js';
import { $, h, say } from './dom.js';

/** The bar over the table that acts on all ticked jobs. */
export class SelectionBar {
  #selection;
  #get;
  #cancel;
  #archive;

  /**
   * @param {import('../model/selection.js').Selection} selection
   * @param {{get: (id: string) => any, act: (action: string, ids: string[]) => Promise<void>, copy: (text: string, what: string) => void, focusTable: () => void}} page
   */
  constructor(selection, { get, act, copy, focusTable }) {
    this.#selection = selection;
    this.#get = get;
    this.#cancel = h('button.danger', { 'data-permission': 'cancel_job', onclick: () => act('cancel', this.suited('cancel')) });
    this.#archive = h('button', { 'data-permission': 'archive_job', onclick: () => act('archive', this.suited('archive')) });
    $('selection').append(
      h('b', { id: 'selected' }), this.#cancel, this.#archive,
      h('button', { onclick: () => copy([...selection].join('\n'), count(selection.size, 'id')) }, 'Copy ids'),
      h('button.link', { onclick: () => {
        selection.clear();
        focusTable();
      } }, 'Clear selection'),
    );
    selection.addEventListener('change', () => this.show());
  }

  /** @param {string} action @returns {string[]} the ticked jobs that it can be done to */
  suited(action) {
    return [...this.#selection].filter((id) => {
      const job = this.#get(id);
      return job && ACTIONS[action].suits(job);
    });
  }

  show() {
    const { size } = this.#selection;
    $('selection').hidden = size === 0;
    if (size === 0) return;
    const cancellable = this.suited('cancel').length;
    const archivable = this.suited('archive').length;
    say($('selected'), `${number(size)} selected`);
    say(this.#cancel, `Cancel ${number(cancellable)} active`);
    say(this.#archive, `Archive ${number(archivable)} ended`);
    this.#cancel.hidden = cancellable === 0;
    this.#archive.hidden = archivable === 0;
  }
}
