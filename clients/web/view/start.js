// @ts-check
import { ArgumentProblem } from '../model/arguments.js';
import { count, title } from '../model/format.js';
import { keptThings, kindsOf } from '../model/kept.js';
import { setBusy } from './busy.js';
import { h, say } from './dom.js';
import { showDialog } from './dialogs.js';
import { Field } from './field.js';

/**
 * @typedef {import('../model/catalogue.js').Task} Task
 * @typedef {{task: string, args?: Record<string, any>, proc?: number, mem?: number}} Draft
 */

const MANY = 4; // optional fields; more than that are folded away
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Asks what to start and starts it; comes back once the dialog is there.
 * @param {{client: import('../client/jobsync.d.ts').Jobsync, catalogue: import('../model/catalogue.js').Catalogue}} page
 * @param {Draft | null} draft what to begin with, such as an earlier job
 * @returns {Promise<{answer: Promise<{_id: string, task: string} | null>}>} the job, or null if it was thought better of */
export async function startDialog({ client, catalogue }, draft) {
  const kinds = kindsOf(catalogue.tasks.flatMap(({ args }) => args));
  const kept = new Map(await Promise.all(kinds.map(async (kind) => /** @type {const} */ ([kind, await keptThings(client, kind)]))));
  return { answer: new Promise((resolve) => new StartForm(client, catalogue, kept, draft, resolve)) };
}

class StartForm {
  #client;
  #catalogue;
  #kept;
  /** @type {Field[]} */ #fields = [];
  /** @type {Field[]} */ #resources = [];
  #task;
  #description = h('p.dim');
  #unavailable = h('p.notice', { hidden: true });
  #arguments = h('div.fields');
  #needs = h('div.fields.two');
  #problem = h('p.form-problem', { role: 'alert', hidden: true });
  #submit = h('button.primary', { type: 'submit' }, 'Start job');
  #dialog;
  /** @type {{_id: string, task: string} | null} */ #started = null;
  #name = { of: '', id: '' };

  /**
   * @param {import('../client/jobsync.d.ts').Jobsync} client
   * @param {import('../model/catalogue.js').Catalogue} catalogue
   * @param {Map<string, import('../model/kept.js').Kept[] | null>} kept by kind
   * @param {Draft | null} draft
   * @param {(job: {_id: string, task: string} | null) => void} done
   */
  constructor(client, catalogue, kept, draft, done) {
    this.#client = client;
    this.#kept = kept;
    this.#catalogue = catalogue;
    this.#task = h('select', { id: 'start-task', onchange: () => this.#choose(null) }, ...catalogue.tasks.map(option));
    const first = catalogue.get(draft?.task ?? '') ?? catalogue.tasks.find(({ available }) => available) ?? catalogue.tasks[0];
    const form = h(
      'form.start', { onsubmit: (/** @type {Event} */ event) => this.#start(event), novalidate: true },
      h('h2', null, draft ? 'Run again' : 'Start a job'),
      h('div.field', null, h('label', { for: 'start-task' }, 'Task'), this.#task, this.#description), this.#unavailable,
      this.#arguments, h('h3', null, 'Reserves'), this.#needs, this.#problem,
      h('div.dialog-actions', null, h('button', { onclick: () => this.#dialog.close('') }, 'Close'), this.#submit),
    );
    this.#dialog = showDialog(form, { label: draft ? 'Run again' : 'Start a job' });
    this.#dialog.addEventListener('close', () => done(this.#started));
    if (first) {
      this.#task.value = first.name;
      this.#choose(draft);
    } else {
      this.#unavailable.hidden = false;
      say(this.#unavailable, 'This server knows no tasks. Put a YAML file into its tasks folder, then reload the tasks.');
      this.#submit.disabled = true;
    }
  }

  /** Makes the fields of the chosen task. @param {Draft | null} draft */
  #choose(draft) {
    const task = /** @type {Task} */ (this.#catalogue.get(this.#task.value));
    const needs = (/** @type {'proc' | 'mem'} */ name, /** @type {string} */ label) =>
      new Field({ name, type: 'integer', required: false, min: 1 }, draft?.[name] ?? task[name], { label });
    say(this.#description, [task.description, count(task.stages.length, 'stage')].filter(Boolean).join(' · '));
    this.#unavailable.hidden = task.available;
    say(this.#unavailable, task.available ? '' : `Not available here: ${task.reason ?? 'its tools are missing'}`);
    this.#submit.disabled = !task.available;
    this.#fields = task.args.map((argument) => new Field(argument, draft?.args?.[argument.name], { kept: this.#keptFor(argument) }));
    this.#resources = [needs('proc', 'Cores'), needs('mem', 'Memory, GB')];
    this.#arguments.replaceChildren(...arranged(task, this.#fields));
    this.#needs.replaceChildren(...this.#resources.map(({ element }) => element));
    this.#complain('');
  }

  /** @param {import('../model/arguments.js').Argument} argument */
  #keptFor({ type, names }) {
    return type === 'string' ? this.#kept.get(names ?? '') : null;
  }

  /** @param {Event} event */
  async #start(event) {
    event.preventDefault();
    const args = this.#values(this.#fields);
    const needs = this.#values(this.#resources);
    if (!args || !needs || this.#submit.getAttribute('aria-busy')) return;
    this.#complain('');
    this.#working(true);
    const params = { task: this.#task.value, args, ...needs };
    try {
      const { _id } = await this.#client.call('jobs.new', { ...params, job_id: this.#idFor(params) });
      this.#started = { _id, task: params.task };
      this.#dialog.close('started');
    } catch (error) {
      this.#working(false);
      this.#refused(error);
    }
  }

  /** @param {boolean} isWorking */
  #working(isWorking) {
    setBusy(this.#submit, isWorking);
    say(this.#submit, isWorking ? 'Starting…' : 'Start job');
  }

  /** @param {Field[]} fields @returns {Record<string, any> | null} null when one is wrong, which it says itself */
  #values(fields) {
    /** @type {Record<string, any>} */ const values = {};
    /** @type {Field | null} */ let wrong = null;
    for (const field of fields) {
      try {
        const value = field.value();
        if (value !== undefined) values[field.name] = value;
      } catch (error) {
        if (!(error instanceof ArgumentProblem)) throw error;
        wrong ??= field;
      }
    }
    wrong?.focus();
    return wrong ? null : values;
  }

  /** The same wishes keep their id: trying again after a lost connection never starts two jobs.
   * @param {object} params */
  #idFor(params) {
    const of = JSON.stringify(params);
    if (this.#name.of !== of) this.#name = { of, id: randomId() };
    return this.#name.id;
  }

  /** @param {any} error */
  #refused(error) {
    const name = String(error.data?.field ?? '').replace(/^args\./, '').replace(/[.[].*$/, '');
    const field = [...this.#fields, ...this.#resources].find((each) => each.name === name);
    if (!field) {
      this.#complain(error.message);
      return;
    }
    field.complain(String(error.message).replace(/^[\w.[\]]+: /, ''));
    field.focus();
  }

  /** @param {string} problem */
  #complain(problem) {
    say(this.#problem, problem);
    this.#problem.hidden = problem === '';
  }
}

/** What must be filled in first; a crowd of what may be behind a fold.
 * @param {Task} task @param {Field[]} fields @returns {HTMLElement[]} */
function arranged({ args }, fields) {
  const elements = (/** @type {boolean} */ required) => fields.filter((_, index) => args[index].required === required).map(({ element }) => element);
  const optional = elements(false);
  if (optional.length <= MANY) return [...elements(true), ...optional];
  return [...elements(true), h('details', null, h('summary', null, `${optional.length} more`), h('div.fields', null, ...optional))];
}

/** @param {Task} task */
function option({ name, available, reason }) {
  return h('option', { value: name, disabled: !available }, available ? title(name) : `${title(name)} – ${reason ?? 'not available'}`);
}

/** The kind of id that the server makes. */
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
