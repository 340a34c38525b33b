// @ts-check
import { number, title } from '../model/format.js';
import { whileBusy } from './busy.js';
import { h, say } from './dom.js';
import { showDialog, toast, toastProblem } from './dialogs.js';

/**
 * @typedef {import('../model/catalogue.js').Task} Task
 * @typedef {import('../client/jobsync.d.ts').Jobsync} Jobsync
 * @typedef {{client: Jobsync, catalogue: import('../model/catalogue.js').Catalogue, canModify: boolean, resources: () => any}} Page
 */

const REFRESH = 1000; // milliseconds, while somebody looks

/** What may run: each task's limit and count, and the machine's.
 * @param {Page} page */
export function tasksDialog(page) {
  const rows = h('tbody');
  const problems = h('div.problems');
  const { catalogue, canModify } = page;
  const reload = h('button', { hidden: !canModify, onclick: () => whileBusy(reload, 'Reading…', () => catalogue.reload().then(() => toast('Task files read again.'), toastProblem)) }, 'Reload task files');
  const dialog = showDialog(h(
    'div', null, h('h2', null, 'Tasks and limits'),
    h('p.dim', null, 'How many jobs of one task may run at once. 0 pauses a task, an empty field means no limit. Running jobs are never stopped by a limit.'),
    machineForm(page),
    h('div.scroll', { tabindex: 0, role: 'group', 'aria-label': 'Tasks' }, h('table.tasks', null,
      h('thead', null, h('tr', null, ...['Task', 'Running', 'Waiting', 'Limit'].map((text, column) => h(column ? 'th.num' : 'th', { scope: 'col' }, text)))), rows)),
    problems, h('div.dialog-actions', null, reload, h('button', { onclick: () => dialog.close() }, 'Close')),
  ), { label: 'Tasks and limits', wide: true });

  /** @type {Map<string, TaskLine>} */ const lines = new Map();
  const draw = () => {
    for (const task of catalogue.tasks) {
      const line = lines.get(task.name) ?? new TaskLine(task.name, page);
      lines.set(task.name, line);
      line.update(task);
    }
    for (const name of lines.keys()) if (!catalogue.get(name)) lines.delete(name);
    const elements = catalogue.tasks.map(({ name }) => /** @type {TaskLine} */ (lines.get(name)).element);
    if (rows.childElementCount !== elements.length || elements.some((each, index) => rows.children[index] !== each)) rows.replaceChildren(...elements);
    problems.replaceChildren(...catalogue.problems.map(({ file, line, message }) => h('p.notice', null, `${file}${line ? `:${line}` : ''}: ${message}`)));
  };
  const refresh = () => catalogue.refresh().catch(() => {}); // the banner says that there is no connection
  draw();
  refresh();
  catalogue.addEventListener('change', draw);
  const timer = setInterval(refresh, REFRESH);
  dialog.addEventListener('close', () => {
    clearInterval(timer);
    catalogue.removeEventListener('change', draw);
  });
}

class TaskLine {
  #running = h('td.num');
  #waiting = h('td.num');
  #reason = h('p.warning', { hidden: true });
  #description = h('p.dim');
  /** @type {any} */ #limit;

  /** @param {string} name @param {Page} page */
  constructor(name, { catalogue, canModify }) {
    const save = () => {
      const text = this.#limit.value.trim();
      const wrong = text !== '' && !/^\d{1,6}$/.test(text);
      this.#limit.toggleAttribute('aria-invalid', wrong);
      if (wrong) toast(`A limit is a whole number, or nothing for no limit; “${text}” is neither.`, { isProblem: true });
      else catalogue.limit(name, text === '' ? null : Number(text)).then(() => toast(text === '' ? `${title(name)}: no limit` : `${title(name)}: at most ${text} at once`), toastProblem);
    };
    this.#limit = h('input.limit', { type: 'text', inputmode: 'numeric', placeholder: 'none', disabled: !canModify, 'aria-label': `Limit of ${title(name)}`, onchange: save });
    this.element = h('tr', null,
      h('td', null, h('b', null, title(name)), this.#description, this.#reason), this.#running, this.#waiting, h('td.num', null, this.#limit));
  }

  /** @param {Task} task */
  update({ running, waiting, limit, available, reason, description, source }) {
    say(this.#running, number(running));
    say(this.#waiting, number(waiting));
    say(this.#description, [description, source].filter(Boolean).join(' · '));
    say(this.#reason, available ? '' : `Not available: ${reason ?? 'its tools are missing'}`);
    this.#reason.hidden = available;
    if (document.activeElement !== this.#limit) this.#limit.value = limit === null ? '' : String(limit);
  }
}

/** @param {Page} page */
function machineForm({ client, canModify, resources }) {
  const field = (/** @type {'proc' | 'mem'} */ name, /** @type {string} */ text) => {
    const input = h('input.limit', { type: 'text', inputmode: 'numeric', disabled: !canModify, id: `limit-${name}` });
    input.value = String(resources()?.limit[name] ?? '');
    input.addEventListener('change', () => {
      const value = Number(input.value.trim());
      if (!Number.isInteger(value) || value < 0) toast(`“${input.value}” is not a whole number.`, { isProblem: true });
      else client.call('resources.limit', { [name]: value }).then(() => toast(`${text}: ${value}`), toastProblem);
    });
    return h('div.machine-field', null, h('label', { for: `limit-${name}` }, text), input);
  };
  return h('div.machine', null, field('proc', 'Cores for all jobs'), field('mem', 'GB of memory for all jobs'));
}
