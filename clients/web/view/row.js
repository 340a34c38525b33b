// @ts-check
import { count, duration, percent, timestamp, title } from '../model/format.js';
import { isFinal, TITLES } from '../model/states.js';
import { h } from './dom.js';

/**
 * @typedef {import('../client/jobsync.d.ts').Job} Job
 * @typedef {{now: number, stages: (task: string) => number, isSelected: boolean, isOpen: boolean}} Surroundings
 */

/** @param {string} classes @param {...any} children */
const cell = (classes, ...children) => h(`div.cell.${classes}`, { role: 'gridcell' }, ...children);

/** Writes a text node only when it differs. @param {Text} node @param {string} text */
const write = (node, text) => {
  if (node.data !== text) node.data = text;
};

/** One row's elements, made once and recycled for job after job. */
export class JobRow {
  #state = document.createTextNode('');
  #task = document.createTextNode('');
  #id = document.createTextNode('');
  #percent = document.createTextNode('');
  #stage = document.createTextNode('');
  #user = document.createTextNode('');
  #reserved = document.createTextNode('');
  #updated = document.createTextNode('');
  #age = document.createTextNode('');
  #checkbox = h('input', { type: 'checkbox', tabindex: -1 });
  #badge = h('span.state', null, this.#state);
  #fill = h('i');
  #bar = h('div.bar', { 'aria-hidden': 'true' }, this.#fill);
  #note = h('span.note', null, this.#stage);
  #progress = h('div.progress', null, this.#bar, h('span.percent', null, this.#percent), this.#note);
  /** @type {Record<string, any>} */ #shown = {};

  constructor() {
    this.element = h(
      'div.row', { role: 'row' },
      cell('c-select', h('span.hit', null, this.#checkbox)),
      cell('c-state', this.#badge),
      cell('c-task', h('span.task', null, this.#task), h('span.id', null, this.#id)),
      cell('c-progress', this.#progress),
      cell('c-user', this.#user),
      cell('c-reserved.num', this.#reserved),
      cell('c-updated.num', this.#updated),
      cell('c-age.num', this.#age),
    );
  }

  /** @param {Job} job @param {Surroundings} surroundings */
  update(job, { now, stages, isSelected, isOpen }) {
    this.#if('id', job._id, () => {
      write(this.#id, job._id);
      this.#checkbox.setAttribute('aria-label', `Select ${job._id}`);
    });
    this.#if('task', job.task, () => write(this.#task, title(job.task)));
    this.#if('state', job.state, () => {
      write(this.#state, TITLES[job.state] ?? job.state);
      this.#badge.className = `state ${job.state}`;
      this.#progress.className = `progress ${job.state}`;
    });
    this.#if('segments', stages(job.task) + 2, (segments) => this.#bar.style.setProperty('--segments', segments));
    this.#if('progress', job.state === 'complete' ? 1 : job.progress, (progress) => {
      this.#fill.style.transform = `scaleX(${progress})`;
    });
    write(this.#percent, this.#measure(job));
    this.#if('note', note(job), (text) => {
      write(this.#stage, text);
      this.#note.title = text;
    });
    write(this.#user, job.username);
    write(this.#reserved, `${job.proc} · ${job.mem}`);
    this.#if('mem', `${count(job.proc, 'core')}, ${job.mem} GB`, (text) => { this.#reserved.parentElement?.setAttribute('title', text); });
    this.#time(this.#updated, 'updated', job.updated, now);
    this.#time(this.#age, 'added', job.added, now);
    this.#if('selected', isSelected, () => {
      this.element.classList.toggle('selected', isSelected);
      this.element.setAttribute('aria-selected', String(isSelected));
      this.#checkbox.checked = isSelected;
    });
    this.#if('open', isOpen, () => this.element.classList.toggle('open', isOpen));
  }

  /** @param {Job} job the share that is done; for a finished job how long it took */
  #measure(job) {
    if (job.state === 'waiting') return '';
    return isFinal(job) ? duration(Date.parse(job.updated) - Date.parse(job.added)) : percent(job.progress);
  }

  /** @param {Text} node @param {string} field @param {string} time @param {number} now */
  #time(node, field, time, now) {
    write(node, duration(now - Date.parse(time)));
    this.#if(field, time, () => node.parentElement?.setAttribute('title', timestamp(time)));
  }

  /** @param {string} field @param {any} value @param {(value: any) => void} act when it differs from last time */
  #if(field, value, act) {
    if (this.#shown[field] === value) return;
    this.#shown[field] = value;
    act(value);
  }
}

/** What the job says about itself right now. @param {Job} job */
function note(job) {
  if (job.state === 'error') return job.error ?? 'failed';
  if (job.state === 'waiting') return 'in the queue';
  if (job.state === 'complete' || job.state === 'cancelled') return '';
  return job.stage ? title(job.stage) : job.state === 'cancelling' ? '' : 'starting';
}
