// @ts-check

const MICROSECONDS = /\.\d{3}(\d{1,3})/;

/** A moment to the microsecond: `Date` stops at milliseconds, and a burst of jobs fits into one of those.
 * @param {string} text RFC 3339
 * @returns {number} milliseconds since 1970, with a fraction */
export function instant(text) {
  const rest = MICROSECONDS.exec(text);
  return Date.parse(text) + (rest ? Number(rest[1].padEnd(3, '0')) / 1000 : 0);
}
