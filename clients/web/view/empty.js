// @ts-check
import { count, number } from '../model/format.js';
import { $, say } from './dom.js';

/** What stands where rows would be: loading, nothing yet, nothing that matches. */
export class EmptyView {
  #element = $('empty');
  #skeleton = $('skeleton');
  #expected = 0;

  /** @param {{clear: () => void, start: () => void}} actions */
  constructor({ clear, start }) {
    $('empty-clear').addEventListener('click', clear);
    $('empty-start').addEventListener('click', start);
  }

  /** @param {number} expected jobs that are on their way */
  expect(expected) {
    this.#expected = expected;
  }

  /** @param {{isLoaded: boolean, length: number, size: number, connection: string}} facts */
  show({ isLoaded, length, size, connection }) {
    const isLoading = !isLoaded && connection !== 'closed';
    this.#skeleton.hidden = !isLoading || length > 0;
    $('loading').hidden = !isLoading || this.#expected === 0;
    say($('loading'), `Loading ${number(size)} of ${number(this.#expected)}`);
    this.#element.hidden = !isLoaded || length > 0;
    if (this.#element.hidden) return;
    const isFiltered = size > 0;
    say($('empty-title'), isFiltered ? 'No jobs match these filters' : 'No jobs yet');
    say($('empty-text'), isFiltered ? `${count(size, 'job is', 'jobs are')} hidden by your filters.` : 'Jobs appear here as soon as someone starts one.');
    $('empty-clear').hidden = !isFiltered;
    $('empty-start').hidden = isFiltered;
    $('empty-command').hidden = isFiltered;
  }
}
