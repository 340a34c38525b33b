// @ts-check

const integers = new Intl.NumberFormat('en');

/** @param {number} n @returns {string} with thousands parted */
export const number = (n) => integers.format(n);

/** @param {number} n @param {string} one @param {string} [many] */
export const count = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;

/** @type {Map<string, string>} */ const words = new Map();

/** `bowtie_build` → `Bowtie build`. @param {string} name */
export function title(name) {
  const known = words.get(name);
  if (known !== undefined) return known;
  const text = name.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase());
  words.set(name, text);
  return text;
}

/** A length of time in two units at most. @param {number} milliseconds */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m ${seconds % 60}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h ${minutes % 60}m`;
  const days = Math.floor(hours / 24);
  return days < 10 ? `${days}d ${hours % 24}h` : `${number(days)} d`;
}

/** @param {number} progress 0 to 1; never says 100 % before the end */
export const percent = (progress) => `${progress < 1 ? Math.min(99, Math.round(progress * 100)) : 100}%`;

/** A share of a whole to three figures, and 100% only of the whole: 0.44068 → `44.1%`. @param {number} part 0 to 1 */
export function share(part) {
  const points = part * 100;
  if (points <= 0) return '0%';
  if (points < 0.01) return '<0.01%';
  if (points < 1) return `${Number(points.toPrecision(2))}%`;
  return points >= 100 ? '100%' : `${Math.min(99.9, points).toFixed(1)}%`;
}

const shortNumbers = new Intl.NumberFormat('en', { notation: 'compact' });

/** For an axis: 12,000 → `12K`. @param {number} n */
export const short = (n) => shortNumbers.format(n);

/** A measured value, as exact as somebody can use: 1234.56 → `1,235`, 12.345 → `12.3`. @param {number} n */
export const measured = (n) => (Math.abs(n) >= 1000 ? number(Math.round(n)) : String(Number(n.toPrecision(3))));

/** @param {number} n bytes */
export function bytes(n) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (n >= 1000 && unit < units.length - 1) {
    n /= 1024;
    unit += 1;
  }
  return `${unit === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[unit]}`;
}

/** RFC 3339 in the reader's own time zone, to the second: `2016-08-25 11:48:22+02:00`. @param {string | number} time */
export function timestamp(time) {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const zone = -date.getTimezoneOffset();
  const offset = zone === 0 ? 'Z' : `${zone < 0 ? '-' : '+'}${two(Math.floor(Math.abs(zone) / 60))}:${two(Math.abs(zone) % 60)}`;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${offset}`;
}

/** @param {string[]} parts `a`, `a and b`, `a, b and c` */
export const list = (parts) => (parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`);
