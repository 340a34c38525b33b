// @ts-check
import { number } from '../../model/format.js';
import { at, path, picture, s, stretched } from '../svg.js';

/**
 * @typedef {{min: number, max: number, ticks: number[], say?: (value: number) => string}} Axis
 * @typedef {{x: (value: number) => number, y: (value: number) => number}} Scale where a value lies, in hundredths of the frame
 */

const LEFT = 9; // percent of the width, for what stands at the vertical axis
const TOP = 8; // pixels
const BOTTOM = 38; // pixels, for the horizontal axis and its name

/** A frame with two axes around marks that lie on them.
 * @param {{title: string, description: string, height?: number, x: Axis & {name: string}, y: Axis}} frame
 * @param {(scale: Scale) => Node[]} marks */
export function plot({ title, description, height = 170, x, y }, marks) {
  const tall = height - TOP - BOTTOM;
  const across = (/** @type {number} */ value) => within((value - x.min) / (x.max - x.min || 1));
  const down = (/** @type {number} */ value) => 100 - within((value - y.min) / (y.max - y.min || 1));
  const left = (/** @type {number} */ value) => `${at(LEFT + across(value) * ((99 - LEFT) / 100))}%`;
  const top = (/** @type {number} */ value) => at(TOP + (down(value) * tall) / 100);
  const levels = y.ticks.flatMap((tick) => [
    s('line.level', { x1: `${LEFT}%`, x2: '99%', y1: top(tick), y2: top(tick) }),
    s('text.tick.end', { x: `${LEFT - 1.5}%`, y: top(tick), dy: '.35em' }, (y.say ?? number)(tick)),
  ]);
  const places = x.ticks.map((tick) => s(`text.tick.${across(tick) > 97 ? 'end' : 'middle'}`, { x: left(tick), y: height - 22 }, (x.say ?? number)(tick)));
  const name = s('text.tick.middle', { x: `${(99 + LEFT) / 2}%`, y: height - 5 }, x.name);
  const inside = stretched({ x: `${LEFT}%`, y: TOP, width: `${99 - LEFT}%`, height: tall }, ...marks({ x: across, y: down }));
  return picture({ title, description, height }, ...levels, inside, ...places, name);
}

/** What lies outside of the frame is drawn at its edge. @param {number} part */
const within = (part) => Math.min(1, Math.max(0, part)) * 100;

/** Round values between two, ends included where they are round. @param {number} min @param {number} max @param {number} most */
export function ticks(min, max, most) {
  const rough = (max - min) / most || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
  const found = [];
  for (let value = Math.ceil(min / step) * step; value <= max + step / 1000; value += step) found.push(Number(value.toPrecision(12)));
  return found;
}

/** @param {string} name its class @param {[x: number, y: number][]} points */
export const line = (name, points) => s(`path.line.${name}`, { d: path(points) });

/** What lies between two lines. @param {string} name @param {[x: number, y: number][]} upper @param {[x: number, y: number][]} lower */
export const band = (name, upper, lower) => s(`path.${name}`, { d: `${path([...upper, ...[...lower].reverse()])}Z` });
