// @ts-check
import { objects, words } from './reading.js';

/** @typedef {{_id: string, name: string}} Kept */

const MOST_PAGES = 50;

/** Everything of one kind that earlier jobs made, by name.
 * @param {import('../client/jobsync.d.ts').Jobsync} client @param {string} kind such as `host`
 * @returns {Promise<Kept[] | null>} null if the server can't say */
export async function keptThings(client, kind) {
  /** @type {Kept[]} */ const found = [];
  let after = null;
  try {
    for (let page = 0; page < MOST_PAGES; page++) {
      const answer = /** @type {any} */ (await client.call('data.list', after === null ? { kind } : { kind, after }));
      found.push(...objects(answer?.records).map(({ _id, name }) => ({ _id: words(_id), name: words(name) })).filter(({ _id }) => _id !== ''));
      after = answer?.after ?? null;
      if (after === null) break;
    }
  } catch {
    return null; // an older server, or no connection: what one knows can still be typed
  }
  return found.sort((a, b) => label(a).localeCompare(label(b)));
}

/** What to call it: its name, with its id where the name doesn't tell. @param {Kept} kept */
export const label = ({ _id, name }) => (name === '' || name === _id ? _id : `${name} (${_id})`);

/** The kinds of kept things that arguments name. @param {{names?: string}[]} args */
export const kindsOf = (args) => [...new Set(args.map(({ names }) => words(names)).filter(Boolean))];
