// @ts-check
import { bytes } from '../model/format.js';
import { h } from './dom.js';

/** Where a browser gets what a job has kept. @param {string} id @param {string} name */
export const outputPath = (id, name) => `/jobs/${encodeURIComponent(id)}/outputs/${name.split('/').map(encodeURIComponent).join('/')}`;

/** What a job has kept, with its size, to be downloaded.
 * @param {string} id
 * @param {{name: string, size: number}[]} outputs
 * @returns {HTMLElement} */
export function outputsView(id, outputs) {
  return h(
    'ul.outputs',
    null,
    ...outputs.map(({ name, size }) => h('li', null, h('a', { href: outputPath(id, name), download: name.split('/').at(-1) }, name), h('span.dim', null, bytes(size)))),
  );
}
