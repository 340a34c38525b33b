// @ts-check
import { alonePath } from '../model/filter.js';
import { bytes, count, duration, percent, timestamp, title } from '../model/format.js';
import { isCancellable, isFinal, TITLES } from '../model/states.js';
import { timeline } from '../model/timeline.js';
import { setBusy } from './busy.js';
import { $, h, say } from './dom.js';
import { factsView } from './facts.js';
import { LogView } from './log.js';
import { outputsView } from './outputs.js';
import { resultView } from './results/result.js';
import { StagesView } from './stages.js';
import { valueView } from './value.js';

/**
 * @typedef {import('../client/jobsync.d.ts').Job} Job
 * @typedef {object} Page
 * @property {import('../client/jobsync.d.ts').Jobsync} client
 * @property {() => number} now
 * @property {import('./acting.js').Acting} acting
 * @property {import('../model/orders.js').Orders} orders
 * @property {(draft: any) => void} start
 * @property {boolean} isAlone whether the panel is all that is shown
 * @property {() => void} closeJob
 * @property {(text: string, what: string) => void} copy
 * @property {(task: string) => number} stages
 */

const WAIT_REFRESH = 3; // seconds; why a job waits changes without the job changing

/** The panel beside the table: everything about one job. */
export class DetailPanel {
  #page;
  #panel = $('detail');
  #id = '';
  /** @type {any} */ #detail = null;
  /** @type {Job | null} */ #job = null;
  #known = ''; // the state and stage that the detail was read for
  #isReading = false;
  #ticks = 0;
  /** @type {any} */ #parts = null;

  /** @param {Page} page */
  constructor(page) {
    this.#page = page;
    page.orders.addEventListener('change', () => this.#parts && this.#drawHead());
  }

  get id() {
    return this.#id;
  }

  /** @param {string} id nothing closes the panel @param {Job | null} job what the list knows of it */
  show(id, job) {
    if (id === this.#id) return;
    this.#parts?.log.close();
    this.#parts = null;
    this.#id = id;
    this.#detail = null;
    this.#job = job;
    this.#known = '';
    this.#panel.hidden = id === '';
    this.#panel.replaceChildren();
    this.#panel.scrollTop = 0;
    if (id === '') return;
    this.#build();
    this.#drawHead();
    this.refresh();
  }

  /** Puts the focus where a reader of the panel begins. */
  focus() {
    this.#parts?.heading.focus();
  }

  /** The list has news; null when the job has left it. @param {Job | null} job */
  update(job) {
    if (!this.#id || job === this.#job) return;
    if (job === null && this.#job === null) return;
    this.#job = job;
    if (job) this.#drawHead();
    if (!job || `${job.state} ${job.stage}` !== this.#known) this.refresh();
  }

  /** Reads the whole document again. */
  async refresh() {
    const id = this.#id;
    if (!id || this.#isReading || this.#page.client.state === 'closed') return;
    this.#isReading = true;
    const asked = this.#job && `${this.#job.state} ${this.#job.stage}`;
    try {
      const detail = await this.#page.client.call('jobs.detail', { _id: id });
      if (id === this.#id) this.#draw(detail, asked);
    } catch (error) {
      const { code } = /** @type {any} */ (error);
      if (id === this.#id && code === 'not_found') this.#drawMissing();
    }
    this.#isReading = false;
    const isBehind = id !== this.#id || (this.#job && this.#known && `${this.#job.state} ${this.#job.stage}` !== this.#known);
    if (isBehind) this.refresh();
  }

  /** Once a second. */
  tick() {
    if (!this.#id || !this.#parts || !this.#detail) return;
    const { stages, elapsed } = this.#parts;
    const now = this.#page.now();
    stages.tick(now);
    say(elapsed, this.#elapsed(now));
    this.#ticks += 1;
    if (this.#detail.job.status.at(-1)?.state === 'waiting' && this.#ticks % WAIT_REFRESH === 0) this.refresh();
  }

  #build() {
    const { acting, start, copy } = this.#page;
    const one = (/** @type {string} */ action) => () => acting.act(action, [this.#id]);
    const button = (/** @type {string} */ tag, /** @type {string} */ permission, /** @type {string} */ text, /** @type {() => void} */ onclick) =>
      h(tag, { 'data-permission': permission, hidden: true, onclick }, text);
    const parts = {
      heading: h('h2', { tabindex: -1 }),
      badge: h('span.state'),
      percent: h('span.dim'),
      archived: h('span.tag', { hidden: true }, 'archived'),
      fill: h('i'),
      bar: h('div.bar', { 'aria-hidden': 'true' }),
      cancel: button('button.danger-quiet', 'cancel_job', 'Cancel job', one('cancel')),
      again: button('button', 'create_job', 'Run again', () => start(draftOf(this.#detail.job))),
      archive: button('button', 'archive_job', 'Archive', one('archive')),
      remove: button('button.danger-quiet', 'remove_job', 'Remove', one('remove')),
      queue: h('div.notice', { hidden: true }),
      error: h('div.error-box', { hidden: true }),
      facts: h('div'),
      elapsed: h('span'),
      args: h('section', { 'aria-label': 'Arguments', hidden: true }),
      stages: new StagesView(),
      stagesSection: h('section', { 'aria-label': 'Stages', hidden: true }),
      result: h('section', { 'aria-label': 'Result', hidden: true }),
      outputs: h('section', { 'aria-label': 'Outputs', hidden: true }),
      log: new LogView(),
      copyId: h('button.link.code.copy-id', { title: 'Copy the id', onclick: () => copy(this.#id, 'Id') }, this.#id),
    };
    this.#parts = parts;
    parts.bar.append(parts.fill);
    parts.stagesSection.append(h('h3', null, 'Stages'), parts.stages.element);
    parts.log.element.hidden = true;
    this.#panel.replaceChildren(
      h('div.panel-head', null, parts.heading, ...this.#ways()),
      h('div.panel-state', null, parts.badge, parts.percent, parts.archived, h('span.grow'), parts.copyId),
      parts.bar, h('div.panel-actions', null, parts.cancel, parts.again, parts.archive, parts.remove),
      parts.queue, parts.error, parts.result, parts.outputs, parts.stagesSection, parts.log.element, parts.args, parts.facts,
    );
  }

  /** Where one can go from here. */
  #ways() {
    const { isAlone, closeJob } = this.#page;
    if (isAlone) return [h('a.button', { href: `?job=${encodeURIComponent(this.#id)}` }, 'Show in the list')];
    return [
      h('a.button.icon', { href: alonePath(this.#id), target: '_blank', rel: 'noopener', 'aria-label': 'Open as a page of its own', title: 'Open as a page of its own' }, h('i.glyph.outside', { 'aria-hidden': 'true' })),
      h('button.icon.close', { 'aria-label': 'Close details', title: 'Close (Esc)', onclick: closeJob }),
    ];
  }

  /** What the list knows is newer than what was read; so the head always shows the list's. */
  #drawHead() {
    const known = this.#job ?? this.#minimal();
    if (!known || !this.#parts) return;
    const job = this.#page.orders.shown(known);
    const { heading, badge, percent: share, archived, fill, bar, cancel, again, archive, remove, queue } = this.#parts;
    const isOver = isFinal(job);
    say(heading, title(job.task));
    say(badge, TITLES[job.state] ?? job.state);
    badge.className = `state ${job.state}`;
    say(share, job.state === 'waiting' || isOver ? '' : percent(job.progress));
    bar.className = `bar ${job.state}`;
    bar.style.setProperty('--segments', String(this.#page.stages(job.task) + 2));
    fill.style.transform = `scaleX(${job.state === 'complete' ? 1 : job.progress})`;
    archived.hidden = !job.archived;
    const order = this.#page.orders.of(this.#id);
    cancel.hidden = !isCancellable(known);
    for (const [action, button, words] of /** @type {const} */ ([['cancel', cancel, ['Cancel job', 'Cancelling…']], ['archive', archive, ['Archive', 'Archiving…']], ['remove', remove, ['Remove', 'Removing…']]])) {
      setBusy(button, order === action);
      say(button, words[order === action ? 1 : 0]);
    }
    again.hidden = !isOver || !this.#detail;
    archive.hidden = !isOver || job.archived;
    remove.hidden = !isOver;
    if (job.state !== 'waiting') queue.hidden = true;
  }

  /** @param {any} detail @param {string | null} asked */
  #draw(detail, asked) {
    const isFirst = this.#detail === null;
    this.#detail = detail;
    const { job, log } = detail;
    const last = job.status.at(-1) ?? {};
    this.#known = asked ?? `${last.state} ${last.stage}`;
    this.#parts.log.element.hidden = false;
    this.#drawHead();
    this.#drawQueue(detail.queue);
    this.#drawError(job.status.findLast((/** @type {any} */ { error }) => error)?.error);
    this.#drawStages(detail);
    this.#drawSection(this.#parts.result, 'Result', job.result, (result) => resultView(job.task, result, this.#page));
    this.#drawSection(this.#parts.outputs, 'Outputs', detail.outputs?.length ? detail.outputs : undefined, (outputs) => outputsView(job._id, outputs));
    this.#drawSection(this.#parts.args, 'Arguments', Object.keys(job.args ?? {}).length ? job.args : undefined);
    this.#drawFacts(job);
    if (isFirst) this.#parts.log.open(this.#page.client, job._id, { log, stages: detail.stages ?? [] });
  }

  /** @param {any} queue */
  #drawQueue(queue) {
    const box = this.#parts.queue;
    box.hidden = !queue;
    if (!queue) return;
    const line = queue.line === 'task' ? 'held, in the line of its task' : 'in the queue';
    const place = queue.position ? `Number ${queue.position} ${line}` : 'In the queue';
    box.replaceChildren(h('b', null, place), h('div', null, queue.detail || 'It starts as soon as it can.'));
  }

  /** @param {any} error */
  #drawError(error) {
    const box = this.#parts.error;
    box.hidden = !error;
    if (!error) return;
    const lines = error.log?.length ? h('pre', { tabindex: 0, role: 'region', 'aria-label': 'Last lines of the tool' }, error.log.join('\n')) : null;
    box.replaceChildren(h('b', null, error.message ?? String(error)), error.cause ? h('div.cause', null, title(String(error.cause))) : '', lines ?? '');
  }

  /** @param {any} detail */
  #drawStages({ job, stages }) {
    const steps = timeline(job.status, stages ?? []);
    this.#parts.stagesSection.hidden = steps.length === 0;
    this.#parts.stages.show(steps, this.#page.now());
  }

  /** @param {any} section @param {string} name @param {any} value @param {(value: any) => HTMLElement} [view] */
  #drawSection(section, name, value, view = valueView) {
    section.hidden = value === undefined || value === null;
    const text = JSON.stringify(value);
    if (section.hidden || section.shown === text) return;
    section.shown = text; // written only when it differs, so that a selection in it survives
    section.replaceChildren(h('h3', null, name), view(value));
  }

  /** @param {any} job */
  #drawFacts(job) {
    const { facts, elapsed } = this.#parts;
    const usage = job.usage ?? {};
    const { by, reason } = job.status.at(-1) ?? {};
    say(elapsed, this.#elapsed(this.#page.now()));
    const rows = [
      ['User', job.username],
      ['Reserves', `${count(job.proc, 'core')} · ${job.mem} GB`],
      ['Priority', job.priority ? String(job.priority) : null],
      ['Added', time(job.added ?? job.status[0]?.date)],
      ['Updated', time(job.updated ?? job.status.at(-1)?.date)],
      ['Total time', elapsed],
      ['Cancelled by', by ?? null],
      ['Reason', reason ?? null],
      ['CPU time', usage.cpu_seconds === undefined ? null : duration(usage.cpu_seconds * 1000)],
      ['Most memory', usage.peak_memory === undefined ? null : bytes(usage.peak_memory)],
    ];
    facts.replaceChildren(h('h3', null, 'Facts'), factsView(/** @type {any} */ (rows)));
  }

  #drawMissing() {
    this.#parts?.log.close();
    this.#parts = null;
    this.#panel.replaceChildren(
      h('div.panel-head', null, h('h2', { tabindex: -1 }, 'No such job'), ...this.#ways()),
      h('p.dim', null, `There is no job ${this.#id}. It may have been removed.`),
    );
  }

  /** @param {number} now */
  #elapsed(now) {
    const { status } = this.#detail.job;
    const last = status.at(-1);
    if (!last) return '';
    return duration((isFinal(last) ? Date.parse(last.date) : now) - Date.parse(status[0].date));
  }

  /** The whole document as the list would hold it. @returns {Job | null} */
  #minimal() {
    if (!this.#detail) return null;
    const { job } = this.#detail;
    return { ...job, ...job.status.at(-1), error: undefined };
  }
}

/** @param {string | undefined} date */
const time = (date) => date && h('time', { datetime: date, title: date }, timestamp(date));

/** @param {any} job */
const draftOf = ({ task, args, proc, mem }) => ({ task, args, proc, mem });
