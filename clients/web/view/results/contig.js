// @ts-check
import { count, number } from '../../model/format.js';
import { at, picture, s, stretched } from '../svg.js';

/** @typedef {import('../../model/contigs.js').Orf} Orf */

const FRAMES = ['+1', '+2', '+3', '−1', '−2', '−3'];
const LANE = 20; // pixels, of which an arrow takes what the gap leaves
const GAP = 3;
const RULER = 30; // pixels for the contig itself, between the strands, with its scale
const LEFT = 7; // percent, for the names of the frames
const HEAD = 2; // percent of the width: an arrow's point
const LEAST_LABELLED = 0.03; // of the contig; in a shorter arrow there is no place for its number
const LETTERS = 38; // that surely fit along the whole contig, also on a phone
const LEAST_LETTERS = 8; // of a name; fewer say nothing
const HUES = 6;

/** The colour of an open reading frame, by what it is most like; without a hit it has none. @param {Orf} orf */
export const hueOf = ({ family }) => (family === null ? 'none' : String(family % HUES));

/** A contig with its open reading frames as arrows: the strand forwards above it, the one backwards below.
 * @param {import('../../model/contigs.js').Contig} contig */
export function contigPicture({ name, length, orfs }) {
  const lanes = FRAMES.filter((frame) => orfs.some((orf) => orf.frame === frame));
  const above = lanes.filter((frame) => frame.startsWith('+'));
  const height = lanes.length * LANE + RULER;
  const ruler = above.length * LANE;
  const top = (/** @type {string} */ frame) => lanes.indexOf(frame) * LANE + (frame.startsWith('+') ? 0 : RULER);
  const width = 100 - LEFT;
  const left = (/** @type {number} */ position) => `${at(LEFT + (position / length) * width)}%`;
  const marks = orfs.flatMap((orf) => {
    const share = (orf.end - orf.start) / length;
    const y = top(orf.frame) + LANE / 2;
    return [
      stretched({ x: `${LEFT}%`, y: top(orf.frame) + GAP / 2, width: `${width}%`, height: LANE - GAP }, arrow(orf, length)),
      share >= LEAST_LABELLED
        ? s('text.middle.' + (orf.hits.length ? 'on-mark' : 'orf-label'), { x: left((orf.start + orf.end) / 2), y, dy: '.35em' }, labelOf(orf, Math.floor(share * LETTERS) - 3))
        : s('text.orf-label', { x: left(orf.end), y, dx: 2, dy: '.35em' }, orf.number),
    ];
  });
  return picture(
    { title: `${name} with its open reading frames`, description: inWords(length, orfs), height },
    ...lanes.map((frame) => s('text.tick', { x: 0, y: top(frame) + LANE / 2, dy: '.35em' }, frame)),
    s('line.axis.contig-line', { x1: `${LEFT}%`, x2: '100%', y1: ruler + 8, y2: ruler + 8 }),
    s('text.tick', { x: `${LEFT}%`, y: ruler + 24 }, '1'), s('text.tick.end', { x: '100%', y: ruler + 24 }, number(length)),
    ...marks,
  );
}

/** Its number in the table, and as much of what it is most like as there is room for. @param {Orf} orf @param {number} room letters */
function labelOf({ number: index, hits }, room) {
  const label = hits[0]?.label ?? '';
  if (label === '' || (room < LEAST_LETTERS && label.length > room)) return String(index);
  return `${index} ${label.length <= room ? label : `${label.slice(0, room - 1)}…`}`;
}

/** @param {Orf} orf @param {number} length */
function arrow(orf, length) {
  const [from, to] = [(orf.start / length) * 100, (orf.end / length) * 100];
  const point = Math.min(HEAD, to - from);
  const shape = orf.isForward
    ? `M${at(from)} 0H${at(to - point)}L${at(to)} 50L${at(to - point)} 100H${at(from)}Z`
    : `M${at(to)} 0H${at(from + point)}L${at(from)} 50L${at(from + point)} 100H${at(to)}Z`;
  return s(`path.orf.hue-${hueOf(orf)}`, { d: shape }, s('title', {}, orfInWords(orf)));
}

/** @param {Orf} orf */
const orfInWords = ({ number: index, frame, start, end, hits }) =>
  `ORF ${index}, ${number(start)} to ${number(end)}, frame ${frame}: ${hits.length ? hits[0].label : 'no hit'}`;

/** @param {number} length @param {Orf[]} orfs */
function inWords(length, orfs) {
  const without = orfs.filter(({ hits }) => hits.length === 0).length;
  const told = orfs.filter(({ hits }) => hits.length > 0).map(orfInWords);
  return `${number(length)} nt with ${count(orfs.length, 'open reading frame')}${without ? `, ${without} of them without a hit` : ''}. ${told.join('. ')}${told.length ? '.' : ''}`;
}
