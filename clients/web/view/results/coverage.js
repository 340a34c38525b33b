// @ts-check
import { coverageInWords } from '../../model/diagnosis.js';
import { count, measured, number, share } from '../../model/format.js';
import { h } from '../dom.js';
import { at, picture, s, stretched } from '../svg.js';

const HEIGHT = 46; // pixels of the area; the axis is below it
const AXIS = 16;

/** How deep reads lie along one sequence, as an area.
 * @param {import('../../model/diagnosis.js').Sequence} sequence
 * @param {number} most the depth at the top: the same for all sequences of an isolate, so that they can be compared */
export function coverageView(sequence, most) {
  const { id, definition, length, coverage, depth, depths } = sequence;
  const level = (/** @type {number} */ value) => at(100 - (value / most) * 96);
  const area = depths.map((value, index) => `V${level(value)}H${index + 1}`).join('');
  const title = `Depth along ${id}`;
  const about = [length === null ? '' : `${number(length)} nt`, coverage === null ? '' : `covered ${share(coverage)}`, depth === null ? '' : `mean depth ${measured(depth)}`];
  return h(
    'figure.coverage', null,
    h('figcaption', null, h('b', null, id), definition && ` ${definition}`, h('div.dim', null, about.filter(Boolean).join(' · '))),
    picture(
      { title, description: coverageInWords(sequence), height: HEIGHT + AXIS },
      stretched({ x: 0, y: 0, width: '100%', height: HEIGHT, across: depths.length }, s('path.depth', { d: `M0 100${area}V100Z` })),
      s('line.axis', { x1: 0, x2: '100%', y1: HEIGHT, y2: HEIGHT }),
      s('text.tick', { x: 0, y: HEIGHT + AXIS - 3 }, '1'),
      s('text.tick.middle', { x: '50%', y: HEIGHT + AXIS - 3 }, `depth 0 to ${measured(most)}`),
      s('text.tick.end', { x: '100%', y: HEIGHT + AXIS - 3 }, length === null ? count(depths.length, 'piece') : number(length)),
    ),
  );
}
