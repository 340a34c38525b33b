// @ts-check
import { ACTIONS, describe, hasFailed, isDone, perform, summary } from '../model/actions.js';
import { count, number, title } from '../model/format.js';
import { h } from './dom.js';
import { ask, showDialog, toast } from './dialogs.js';
import { listing } from './listing.js';

/**
 * @typedef {import('../model/actions.js').Outcome} Outcome
 * @typedef {object} Page
 * @property {import('../client/jobsync.d.ts').Jobsync} client
 * @property {import('../model/orders.js').Orders} orders
 * @property {import('../model/selection.js').Selection} selection
 * @property {(id: string) => import('../client/jobsync.d.ts').Job | null} get
 * @property {(permission: string) => boolean} allows
 * @property {(ids: string[]) => void} gone jobs that are off the list now
 */

/** @type {Record<string, string>} */
const WORKING = { cancel: 'Cancelling', archive: 'Archiving', remove: 'Removing' };

/** Does things to jobs: asks where it can't be undone, shows that it works, and says what became of each. */
export class Acting extends EventTarget {
  #page;
  /** @type {Map<string, string>} action → how far a mass of them is */ #progress = new Map();

  /** @param {Page} page */
  constructor(page) {
    super();
    this.#page = page;
  }

  /** What a button says while many jobs are under way. @param {string} action @returns {string | undefined} */
  progress(action) {
    return this.#progress.get(action);
  }

  /** @param {string} action @param {string[]} wanted ids */
  async act(action, wanted) {
    const { client, orders, selection, allows, gone } = this.#page;
    const ids = wanted.filter((id) => !orders.of(id));
    if (ids.length === 0 || (ids.length > 1 && this.#progress.has(action)) || !allows(ACTIONS[action].permission)) return;
    const question = questionOf(action, ids);
    if (question && !(await ask(question))) return;
    orders.add(ids, action);
    this.#tell(action, 0, ids.length);
    const outcomes = await perform(client, action, ids, (done) => this.#tell(action, done, ids.length));
    this.#tell(action, ids.length, ids.length);
    const done = outcomes.filter(({ outcome }) => isDone(action, outcome)).map(({ _id }) => _id);
    // A cancel that was taken on is shown until the list shows it.
    orders.drop(action === 'cancel' ? outcomes.filter(({ outcome }) => !isDone(action, outcome)).map(({ _id }) => _id) : ids);
    orders.see(done.flatMap((id) => this.#page.get(id) ?? []));
    selection.remove(outcomes.filter(({ outcome }) => !hasFailed(action, outcome)).map(({ _id }) => _id));
    if (action !== 'cancel') gone(done);
    this.#report(action, outcomes);
  }

  /** @param {string} action @param {number} done @param {number} all */
  #tell(action, done, all) {
    if (all === 1) return; // the job itself says it
    if (done < all) this.#progress.set(action, `${WORKING[action]} ${number(done)} of ${number(all)}…`);
    else this.#progress.delete(action);
    this.dispatchEvent(new Event('change'));
  }

  /** @param {string} action @param {Outcome[]} outcomes */
  #report(action, outcomes) {
    const isProblem = outcomes.some(({ outcome }) => hasFailed(action, outcome));
    const details = outcomes.length > 1 ? () => this.#showEach(action, outcomes) : undefined;
    toast(summary(action, outcomes.map(({ outcome }) => outcome)), { isProblem, details });
  }

  /** What became of each, what went wrong first. @param {string} action @param {Outcome[]} outcomes */
  #showEach(action, outcomes) {
    const rank = (/** @type {Outcome} */ { outcome }) => (hasFailed(action, outcome) ? 0 : isDone(action, outcome) ? 2 : 1);
    const dialog = showDialog(h(
      'div', null, h('h2', null, 'What became of each'), h('p.dim', null, summary(action, outcomes.map(({ outcome }) => outcome))),
      listing('Outcomes', [
        { head: 'Job', isHead: true, cell: ({ _id }) => h('code', null, _id) },
        { head: 'Task', cell: ({ _id }) => title(this.#page.get(_id)?.task ?? '') },
        { head: 'Outcome', cell: ({ outcome }) => describe(action, outcome) },
      ], [...outcomes].sort((a, b) => rank(a) - rank(b))),
      h('div.dialog-actions', null, h('button', { autofocus: true, onclick: () => dialog.close() }, 'Close')),
    ), { label: 'What became of each', wide: true });
  }
}

/** @param {string} action @param {string[]} ids */
function questionOf(action, ids) {
  const [jobs, them] = ids.length === 1 ? ['job', 'it'] : [count(ids.length, 'job'), 'them'];
  const what = ids.length === 1 ? `job ${ids[0]}` : jobs;
  if (action === 'cancel') {
    return {
      title: `Cancel ${what}?`, keep: `Keep ${them}`, act: `Cancel ${jobs}`,
      text: 'A waiting job leaves the queue at once. A running one is stopped and what it has made so far is removed. This can’t be undone.',
    };
  }
  if (action === 'remove') {
    return {
      title: `Remove ${what}?`, keep: `Keep ${them}`, act: `Remove ${jobs}`,
      text: 'Its record and its log are deleted for good. To only take it off this list, archive it.',
    };
  }
  return null;
}
