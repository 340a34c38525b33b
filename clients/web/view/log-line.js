// @ts-check
import { h } from './dom.js';

/**
 * @typedef {import('../model/log/ansi.js').Line} Line
 * @typedef {{from: number, to: number, isCurrent: boolean}} Hit
 * @typedef {{from: number, to: number, classes: string, color?: string, background?: string}} Layer
 */

const HEAD = /^(\d{4}-\d\d-\d\dT[\d:.]+Z )([\w.-]+:)?/;

/** A part of a line as elements: its time and stage, its colours, and what was searched for.
 * @param {Line} line @param {number} from @param {number} to @param {Hit[]} hits
 * @returns {Node[]} */
export function drawLine({ text, spans }, from, to, hits) {
  const layers = [...headOf(text), ...styled(spans), ...hits.map((hit) => ({ ...hit, classes: hit.isCurrent ? 'found current' : 'found' }))]
    .filter((layer) => layer.from < to && layer.to > from);
  if (layers.length === 0) return [document.createTextNode(text.slice(from, to))];
  const edges = [...new Set([from, to, ...layers.flatMap((layer) => [layer.from, layer.to])])].filter((edge) => edge >= from && edge <= to).sort((a, b) => a - b);
  return edges.slice(1).map((end, index) => piece(text.slice(edges[index], end), layers.filter((layer) => layer.from < end && layer.to > edges[index])));
}

/** @param {string} text @param {Layer[]} layers */
function piece(text, layers) {
  if (layers.length === 0) return document.createTextNode(text);
  const classes = layers.map((layer) => layer.classes).join(' ');
  const element = h(classes.includes('found') ? 'mark' : 'span', { class: classes || null }, text);
  for (const { color, background } of layers) {
    if (color) element.style.setProperty('--front', color);
    if (background) element.style.setProperty('--back', background);
  }
  return element;
}

/** When and in which stage the line was written. @param {string} text @returns {Layer[]} */
function headOf(text) {
  const found = HEAD.exec(text);
  if (!found) return [];
  const [, time, stage = ''] = found;
  return [{ from: 0, to: time.length, classes: 'when' }, { from: time.length, to: time.length + stage.length, classes: 'where' }];
}

/** @param {import('../model/log/ansi.js').Span[] | null} spans @returns {Layer[]} */
function styled(spans) {
  let at = 0;
  return (spans ?? []).flatMap(({ text, style }) => {
    const from = at;
    at += text.length;
    return style ? [{ from, to: at, ...style }] : [];
  });
}
