// @ts-check

/**
 * How long to wait before the next attempt: full jitter below a ceiling that doubles with each failure, so that a
 * thousand clients of a restarted server don't come back in the same millisecond.
 * @param {number} attempt failures in a row so far, from 0
 * @param {{minDelay: number, maxDelay: number, random: () => number}} options milliseconds
 * @returns {number} milliseconds
 */
export function backoff(attempt, { minDelay, maxDelay, random }) {
  const ceiling = Math.min(maxDelay, minDelay * 2 ** Math.min(attempt + 1, 30));
  return Math.round(minDelay + random() * Math.max(0, ceiling - minDelay));
}
