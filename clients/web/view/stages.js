// @ts-check
import { duration, timestamp, title } from '../model/format.js';
import { QUEUED } from '../model/timeline.js';
import { h, say } from './dom.js';

/** @typedef {import('../model/timeline.js').Step} Step */

const MANY = 14; // stages; more than these scroll
const PHASES = { done: 'done', now: 'under way', failed: 'failed', stopped: 'stopped', todo: 'not reached' };

/** A job's stages under each other, each with its share of the whole time as a bar. */
export class StagesView {
  element = h('ol.stages');
  #current = ''; // the stage that was brought in sight
  /** @type {Step[]} */ #steps = [];
  /** @type {any[]} */ #lines = [];

  /** @param {Step[]} steps @param {number} now */
  show(steps, now) {
    this.#steps = steps;
    this.#lines = steps.map(({ name, phase, begin }) => {
      const time = h('span.time');
      const fill = h('i');
      const element = h(
        `li.${phase}`, { 'aria-current': phase === 'now' ? 'step' : null, title: Number.isNaN(begin) ? null : `since ${timestamp(begin)}` },
        h('span.dot', { 'aria-hidden': 'true' }),
        h('span.name', null, name === QUEUED ? 'Queued' : title(name), h('span.vh', null, ` (${PHASES[phase]})`)),
        time, Number.isNaN(begin) ? null : h('span.share', { 'aria-hidden': 'true' }, fill),
      );
      return { element, time, fill };
    });
    const place = this.element.scrollTop;
    this.element.replaceChildren(...this.#lines.map(({ element }) => element));
    this.element.scrollTop = place;
    if (steps.length > MANY) this.#roll(steps);
    this.tick(now);
  }

  /** So many that they scroll: the one under way is in sight when it begins. @param {Step[]} steps */
  #roll(steps) {
    this.element.tabIndex = 0;
    this.element.classList.add('many');
    const index = Math.max(0, steps.findLastIndex(({ phase }) => phase !== 'todo'));
    if (this.#current === steps[index].name) return;
    this.#current = steps[index].name;
    const { element } = this.#lines[index];
    this.element.scrollTop = element.offsetTop - this.element.offsetTop - this.element.clientHeight / 2;
  }

  /** Once a second: the stage under way grows. @param {number} now */
  tick(now) {
    const begun = this.#steps.filter(({ begin }) => !Number.isNaN(begin));
    if (begun.length === 0) return;
    const from = begun[0].begin;
    const until = Math.max(...begun.map(({ end }) => end ?? now), from + 1);
    this.#steps.forEach(({ begin, end }, index) => {
      if (Number.isNaN(begin)) return;
      const { time, fill } = this.#lines[index];
      const length = (end ?? now) - begin;
      say(time, duration(length));
      fill.style.left = `${((begin - from) / (until - from)) * 100}%`;
      fill.style.width = `${(Math.max(0, length) / (until - from)) * 100}%`;
    });
  }
}
