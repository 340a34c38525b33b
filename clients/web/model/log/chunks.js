// @ts-check

const SIZE = 128 * 1024; // bytes of a chunk
const MOST = 48; // chunks in memory: 6 MB of a log of any length

/**
 * @typedef {{from: number, to: number, bytes: Uint8Array}} Chunk what is known of it: a part without a gap
 * @typedef {(from: number, to: number) => Promise<Uint8Array>} Read bytes of the log
 */

/** The bytes of a log that are at hand, and a way to the others. */
export class Chunks {
  #read;
  /** @type {Map<number, Chunk>} the newest use comes last */ #known = new Map();
  /** @type {Map<number, Promise<void>>} */ #coming = new Map();

  /** @param {Read} read */
  constructor(read) {
    this.#read = read;
  }

  /** Bytes that have come, and where. @param {number} at @param {Uint8Array} bytes */
  put(at, bytes) {
    for (let done = 0; done < bytes.length;) {
      const from = at + done;
      const place = Math.floor(from / SIZE);
      const part = bytes.subarray(done, done + (place + 1) * SIZE - from);
      this.#add(place, from, part);
      done += part.length;
    }
  }

  /** @param {number} from @param {number} to @returns {Uint8Array | null} null if some of it is not at hand */
  get(from, to) {
    const first = Math.floor(from / SIZE);
    const last = Math.floor(Math.max(from, to - 1) / SIZE);
    /** @type {Uint8Array[]} */ const found = [];
    for (let place = first; place <= last; place++) {
      const chunk = this.#known.get(place);
      const [begin, end] = [Math.max(from, place * SIZE), Math.min(to, (place + 1) * SIZE)];
      if (!chunk || chunk.from > begin || chunk.to < end) return null;
      this.#known.delete(place);
      this.#known.set(place, chunk);
      found.push(chunk.bytes.subarray(begin - place * SIZE, end - place * SIZE));
    }
    return found.length === 1 ? found[0] : joined(found, to - from);
  }

  /** Has what is missing read. @param {number} from @param {number} to @param {number} size of the log
   * @returns {Promise<void>} @throws if it can't be read */
  async fetch(from, to, size) {
    for (let place = Math.floor(from / SIZE); place * SIZE < to; place++) {
      const [begin, end] = [place * SIZE, Math.min(size, (place + 1) * SIZE)];
      if (this.get(Math.max(from, begin), Math.min(to, end))) continue;
      const coming = this.#coming.get(place) ?? this.#read(begin, end).then((bytes) => this.#add(place, begin, bytes)).finally(() => this.#coming.delete(place));
      this.#coming.set(place, coming);
      await coming;
    }
  }

  /** @param {number} place @param {number} from @param {Uint8Array} part */
  #add(place, from, part) {
    const offset = from - place * SIZE;
    const known = this.#known.get(place);
    const chunk = known && known.to >= from && known.from <= from + part.length ? known : { from, to: from, bytes: new Uint8Array(SIZE) };
    chunk.bytes.set(part, offset);
    chunk.from = Math.min(chunk.from, from);
    chunk.to = Math.max(chunk.to, from + part.length);
    this.#known.delete(place);
    this.#known.set(place, chunk);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST) this.#known.delete(oldest);
  }
}

/** @param {Uint8Array[]} parts @param {number} length */
function joined(parts, length) {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
