// @ts-check
import { duration, number, title } from '../model/format.js';
import { $, say } from './dom.js';
import { Sparkline } from './sparkline.js';

/** The four cards: what is in use, who waits for it, and how much is going on. */
export class Cards {
  #sparkline = new Sparkline($('sparkline'));
  #updates = 0;

  /** @param {any} resources as `resources.get` */
  resources({ used, limit }) {
    meter('proc', used.proc, limit.proc, `${number(used.proc)} / ${number(limit.proc)}`);
    meter('mem', used.mem, limit.mem, `${number(used.mem)} / ${number(limit.mem)} GB`);
  }

  /** @param {number} waiting @param {boolean} isLoaded */
  queue(waiting, isLoaded) {
    say($('queue'), isLoaded ? `${number(waiting)} waiting` : '–');
    if (!isLoaded || waiting === 0) say($('queue-reason'), isLoaded ? 'Whatever is started now can begin' : ' ');
  }

  /** Why the job that has waited longest has not begun.
   * @param {{task: string, added: string}} job @param {string} detail @param {number} now */
  reason(job, detail, now) {
    const text = `${title(job.task)}: ${detail || 'next to start'} · ${duration(now - Date.parse(job.added))}`;
    say($('queue-reason'), text);
    $('queue-reason').title = `The oldest waiting job. ${text}`;
  }

  /** @param {number} changes jobs that came, changed or went */
  count(changes) {
    this.#updates += changes;
  }

  /** Once a second. */
  tick() {
    say($('rate'), `${number(this.#updates)} / s`);
    this.#sparkline.add(this.#updates);
    this.#updates = 0;
  }
}

/** @param {string} id @param {number} value @param {number} most @param {string} text */
function meter(id, value, most, text) {
  say($(`${id}-text`), text);
  const element = $(`${id}-meter`);
  element.setAttribute('aria-valuemax', String(Math.max(1, most)));
  element.setAttribute('aria-valuenow', String(Math.min(value, Math.max(1, most))));
  element.setAttribute('aria-valuetext', text);
  element.firstElementChild.style.transform = `scaleX(${most > 0 ? Math.min(1, value / most) : 0})`;
}
