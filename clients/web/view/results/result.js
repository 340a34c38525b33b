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

const MOST_TEXT = 2_000_000; // signs

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
    // No browser shows so much text without standing still.
    if (text.length > MOST_TEXT) return [h('div.panel-actions', null, h('button', { onclick: () => download(text, `${task}.json`) }, `Download ${bytes(text.length)} of JSON`))];
    return [
      h('pre.json', { tabindex: 0, role: 'group', 'aria-label': 'Result as JSON' }, text),
      h('div.panel-actions', null, h('button', { onclick: () => page.copy(text, 'Result') }, 'Copy JSON')),
    ];
  }));
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
