// @ts-check

const encoder = new TextEncoder();
const FNV_PRIME_LOW = 0x1b3; // the prime is 2^40 + 0x1b3; the power of two is a shift below

/**
 * FNV-1a-64 of `ID:VERSION`, as two unsigned 32-bit halves: BigInt would cost ten times as much per job.
 * @param {string} id
 * @param {number} version
 * @returns {[high: number, low: number]}
 */
export function hash(id, version) {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (const byte of encoder.encode(`${id}:${version}`)) {
    low = (low ^ byte) >>> 0;
    const product = low * FNV_PRIME_LOW; // below 2^41, exact in a double
    high = (high * FNV_PRIME_LOW + Math.floor(product / 2 ** 32) + ((low << 8) >>> 0)) >>> 0;
    low = product >>> 0;
  }
  return [high, low];
}

/** The XOR of the hashes of a set of jobs; kept up to date by one toggle per job that comes, changes or goes. */
export class Digest {
  #high = 0;
  #low = 0;

  /** Puts a job in, or takes it out again.
   * @param {string} id
   * @param {number} version */
  toggle(id, version) {
    const [high, low] = hash(id, version);
    this.#high = (this.#high ^ high) >>> 0;
    this.#low = (this.#low ^ low) >>> 0;
  }

  clear() {
    this.#high = 0;
    this.#low = 0;
  }

  /** @returns {string} 16 hex digits */
  toString() {
    const hex = (/** @type {number} */ half) => half.toString(16).padStart(8, '0');
    return hex(this.#high) + hex(this.#low);
  }
}
