// @ts-check
import { h } from '../dom.js';
import { s } from '../svg.js';

/** What the marks of a picture mean: each has a form as well as a colour.
 * @param {{mark: 'line' | 'area', name: string, text: string}[]} entries by the class of their mark */
export function legend(entries) {
  const sample = (/** @type {{mark: string, name: string}} */ { mark, name }) => s(
    'svg.swatch', { width: 24, height: 12, 'aria-hidden': 'true' },
    mark === 'line' ? s(`path.line.${name}`, { d: 'M0 6H24' }) : s(`rect.${name}`, { width: 24, height: 12, rx: 2 }),
  );
  return h('ul.legend', null, ...entries.map((entry) => h('li', null, sample(entry), entry.text)));
}
