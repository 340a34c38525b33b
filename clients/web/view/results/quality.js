// @ts-check
import { count, list, measured, number, short } from '../../model/format.js';
import { amounts } from '../../model/reading.js';
import { disclosure } from '../disclosure.js';
import { h } from '../dom.js';
import { listing } from '../listing.js';
import { at, s } from '../svg.js';
import { legend } from './legend.js';
import { band, line, plot, ticks } from './plot.js';

// Where the figures of one cycle lie in its row.
const [MEAN, MEDIAN, LOWER, UPPER, LOWEST, HIGHEST] = [0, 1, 2, 3, 4, 5];
const BASES = /** @type {[letter: string, mark: string, column: number][]} */ ([['A', 'base-a', 1], ['T', 'base-t', 2], ['G', 'base-g', 0], ['C', 'base-c', 3]]);
const USUAL_BEST = 40; // of base qualities

/** How good the reads are, in three pictures and their figures. @param {Record<string, any>} quality @returns {Node[]} */
export function qualityViews({ bases, composition, sequences }) {
  const perCycle = table(bases, 6);
  const perBase = table(composition, 4);
  const perRead = amounts(sequences);
  return [
    ...(perCycle.length > 1 ? [qualityPlot(perCycle)] : []),
    ...(perBase.length > 1 ? [compositionPlot(perBase)] : []),
    ...(perRead.some((each) => each > 0) ? [readsPlot(perRead)] : []),
    ...(perCycle.length || perBase.length ? [disclosure('Figures per cycle', () => [figures(perCycle, perBase)])] : []),
  ];
}

/** Rows of numbers; those that are no whole row are left out. @param {any} rows @param {number} width */
const table = (rows, width) => (Array.isArray(rows) ? rows.map(amounts).filter((row) => row.length >= width) : []);

/** @param {string} heading @param {...Node} parts */
const figure = (heading, ...parts) => h('div.plot', null, h('h4', null, heading), ...parts);

/** @param {number} length */
const cycles = (length) => ({ name: 'cycle', min: 1, max: length, ticks: [...new Set([1, ...ticks(1, length, 6)])].filter((tick) => tick === 1 || tick > length / 20) });

/** @param {number[][]} rows */
function qualityPlot(rows) {
  const most = Math.max(USUAL_BEST, ...rows.map((row) => row[HIGHEST]), ...rows.map((row) => row[UPPER]));
  const medians = rows.map((row) => row[MEDIAN]);
  const worst = Math.min(...medians);
  const description = `The median is ${worst === Math.max(...medians) ? measured(worst) : `${measured(worst)} to ${measured(Math.max(...medians))}`} over ${count(rows.length, 'cycle')}, ` +
    `lowest in cycle ${medians.indexOf(worst) + 1}; it begins at ${measured(medians[0])} and ends at ${measured(medians.at(-1) ?? 0)}. ` +
    `Nine tenths of the bases have at least ${measured(Math.min(...rows.map((row) => row[LOWEST])))} everywhere.`;
  return figure(
    'Base quality per cycle',
    plot({ title: 'Base quality per cycle', description, x: cycles(rows.length), y: { min: 0, max: most, ticks: ticks(0, most, 4) } }, ({ x, y }) => {
      const points = (/** @type {number} */ column) => rows.map((row, index) => /** @type {[number, number]} */ ([x(index + 1), y(row[column])]));
      return [band('most', points(HIGHEST), points(LOWEST)), band('half', points(UPPER), points(LOWER)), line('mean', points(MEAN)), line('median', points(MEDIAN))];
    }),
    legend([
      { mark: 'line', name: 'median', text: 'median' }, { mark: 'line', name: 'mean', text: 'mean' },
      { mark: 'area', name: 'half', text: 'quartiles' }, { mark: 'area', name: 'most', text: '10th to 90th percentile' },
    ]),
  );
}

/** @param {number[][]} rows */
function compositionPlot(rows) {
  const most = Math.min(100, Math.max(10, Math.ceil(Math.max(...rows.flat()) / 10) * 10));
  const mean = (/** @type {number} */ column) => rows.reduce((sum, row) => sum + row[column], 0) / rows.length;
  const description = `On average over ${count(rows.length, 'cycle')} ${list(BASES.map(([letter, , column]) => `${letter} ${measured(mean(column))}%`))}.`;
  return figure(
    'Composition per cycle',
    plot({ title: 'Composition per cycle', description, x: cycles(rows.length), y: { min: 0, max: most, ticks: ticks(0, most, 4), say: (value) => `${value}%` } }, ({ x, y }) => (
      BASES.map(([, mark, column]) => line(mark, rows.map((row, index) => [x(index + 1), y(row[column])]))))),
    legend(BASES.map(([letter, mark]) => ({ mark: 'line', name: mark, text: letter }))),
  );
}

/** @param {number[]} reads by their mean quality, from 0 */
function readsPlot(reads) {
  const first = Math.max(0, reads.findIndex((each) => each > 0) - 1);
  const last = reads.findLastIndex((each) => each > 0) + 1;
  const most = Math.max(...reads);
  const all = reads.reduce((sum, each) => sum + each, 0);
  const description = `Most reads have a mean quality of ${reads.indexOf(most)} (${number(most)} of ${number(all)}); the mean qualities lie between ${first + (reads[first] ? 0 : 1)} and ${last - 1}.`;
  const x = { name: 'mean quality of a read', min: first - 0.5, max: last + 0.5, ticks: ticks(first, last, 8).filter(Number.isInteger) };
  return figure('Reads by mean quality', plot({ title: 'Reads by mean quality', description, height: 150, x, y: { min: 0, max: most, ticks: ticks(0, most, 3), say: short } }, (scale) => {
    const bar = (/** @type {number} */ quality) => s(
      'rect.bar-mark', { x: at(scale.x(quality - 0.4)), width: at(scale.x(quality + 0.4) - scale.x(quality - 0.4)), y: at(scale.y(reads[quality])), height: at(100 - scale.y(reads[quality])) },
      s('title', {}, `${quality}: ${count(reads[quality], 'read')}`),
    );
    return reads.flatMap((each, quality) => (each > 0 ? [bar(quality)] : []));
  }));
}

/** The same as a table, for those who want to read it off. @param {number[][]} quality @param {number[][]} bases */
function figures(quality, bases) {
  const rows = Array.from({ length: Math.max(quality.length, bases.length) }, (_, index) => index);
  const column = (/** @type {string} */ head, /** @type {number[][]} */ from, /** @type {number} */ which) => ({
    head, isNumber: true, cell: (/** @type {number} */ row) => (from[row] ? measured(from[row][which]) : ''),
  });
  return listing('Figures per cycle', [
    { head: 'Cycle', cell: (row) => row + 1, isHead: true },
    ...(quality.length ? [column('Median', quality, MEDIAN), column('Mean', quality, MEAN), column('25%', quality, LOWER), column('75%', quality, UPPER), column('10%', quality, LOWEST), column('90%', quality, HIGHEST)] : []),
    ...(bases.length ? BASES.map(([letter, , which]) => column(`${letter}, %`, bases, which)) : []),
  ], rows);
}
