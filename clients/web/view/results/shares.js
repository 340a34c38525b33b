// @ts-check
import { list, share } from '../../model/format.js';
import { at, picture, s } from '../svg.js';

/** @typedef {{name: string, part: number, mark: string}} Share of a whole, with the class of its mark */

const HEIGHT = 22;
const LEAST_LABELLED = 0.05; // of the whole; a name doesn't fit into less

/** A whole as one bar of its parts. @param {string} title @param {Share[]} shares */
export function shareBar(title, shares) {
  const whole = shares.reduce((sum, { part }) => sum + Math.max(0, part), 0) || 1;
  let from = 0;
  const marks = shares.flatMap(({ name, part, mark }) => {
    const width = Math.max(0, part) / whole;
    const x = from;
    from += width;
    return [
      s(`rect.${mark}`, { x: `${at(x * 100)}%`, width: `${at(width * 100)}%`, height: HEIGHT }, s('title', {}, `${name}: ${share(part)}`)),
      x > 0 && width > 0 && s('line.parting', { x1: `${at(x * 100)}%`, x2: `${at(x * 100)}%`, y1: 0, y2: HEIGHT }),
      width >= LEAST_LABELLED && s('text.on-mark.middle', { x: `${at((x + width / 2) * 100)}%`, y: HEIGHT / 2, dy: '.35em' }, name),
    ];
  });
  return picture({ title, description: `${list(shares.map(({ name, part }) => `${name} ${share(part)}`))}.`, height: HEIGHT }, ...marks);
}

/** One part of a whole, beside a text that says it. @param {number} part 0 to 1 */
export function meterBar(part) {
  const width = `${at(Math.min(1, Math.max(0, part)) * 100)}%`;
  return s('svg.meter-bar', { width: '100%', height: 8, 'aria-hidden': 'true' }, s('rect.track', { width: '100%', height: 8, rx: 4 }), s('rect.fill', { width, height: 8, rx: 4 }));
}
