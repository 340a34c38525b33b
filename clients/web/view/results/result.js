// @ts-check
import { bytes } from '../../model/format.js';
import { isObject, words } from '../../model/reading.js';
import { disclosure } from '../disclosure.js';
import { h } from '../dom.js';
import { download } from '../download.js';
import { valueView } from '../value.js';
import { hostView } from './host.js';
import { nuvsView } from './nuvs.js';
import { pathoscopeView } from './pathoscope.js';
import { sampleView } from './sample.js';
import { virusIndexView } from './virus-index.js';

/** @typedef {{copy: (text: string, what: string) => void, client?: import('../../client/jobsync.d.ts').Jobsync}} Page */

const MOST_TEXT = 20_000_000; // signs
const BLOCK = 500; // lines
const LINE = 17; // pixels; the line height of `css/results.css`

/** Each hands back nothing if the result is not what it knows. @type {Record<string, (result: Record<string, any>, page: Page) => Node[] | null>} */
const VIEWS = {
  add_host: hostView, rebuild_index: virusIndexView, create_sample: sampleView,
  pathoscope_bowtie: pathoscopeView, pathoscope_snap: pathoscopeView, nuvs: nuvsView,
};

/** What a job made: in words and pictures if it is one of the tasks known here, else as it is.
 * @param {string} task @param {any} result @param {Page} page
 * @returns {HTMLElement} */
export function resultView(task, result, page) {
  if (isObject(result) && isObject(result.omitted)) return largeResultView(task, result, page);
  const parts = Object.hasOwn(VIEWS, task) && isObject(result) ? VIEWS[task](result, page) : null;
  if (!parts) return valueView(result);
  return h('div.drawn', null, ...parts, disclosure('Show as JSON', () => {
    const text = JSON.stringify(result, null, 2);
    const save = h('button', { onclick: () => download(text, `${task}.json`) }, `Download ${bytes(text.length)} of JSON`);
    // No browser shows so much text without standing still.
    if (text.length > MOST_TEXT) return [h('div.panel-actions', null, save)];
    return [
      h('pre.json', { tabindex: 0, role: 'group', 'aria-label': 'Result as JSON' }, ...blocks(text)),
      h('div.panel-actions', null, h('button', { onclick: () => page.copy(text, 'Result') }, 'Copy JSON'), save),
    ];
  }));
}

/** A long text in blocks, of which a browser lays out only those in sight: a hundred thousand lines take it seconds.
 * @param {string} text @returns {HTMLElement[]} */
function blocks(text) {
  /** @type {HTMLElement[]} */ const made = [];
  for (let from = 0; from < text.length;) {
    let to = from;
    let lines = 0;
    for (; lines < BLOCK && to < text.length; lines++) to = text.indexOf('\n', to) + 1 || text.length;
    const block = h('span.block', null, text.slice(from, to));
    block.style.containIntrinsicSize = `auto ${lines * LINE}px`;
    made.push(block);
    from = to;
  }
  return made;
}

/** A result of which the largest parts lie in a file: the server is asked for all of it.
 * @param {string} task @param {Record<string, any>} result @param {Page} page */
function largeResultView(task, result, page) {
  const { omitted, ...rest } = result;
  const place = h('div.large', { 'aria-live': 'polite' }, h('p.dim', null, 'This result is large. Loading…'));
  const missing = (/** @type {string} */ reason) => place.replaceChildren(
    h('p.notice', null, `${reason} All of it is in ${words(omitted.file)} in the server’s data folder.`), valueView(rest));
  const whole = page.client?.call('data.show', { kind: words(omitted.kind), _id: words(omitted._id) });
  if (!whole) missing('This result is large.');
  whole?.then((/** @type {any} */ record) => {
    const document = record?.document;
    if (!isObject(document) || isObject(document.omitted)) missing('This result is too large to be shown here.');
    else place.replaceChildren(resultView(task, document, page));
  }, (/** @type {any} */ error) => missing(`${error.message}.`));
  return place;
}
