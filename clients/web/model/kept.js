// @ts-check
import { objects, words } from './reading.js';

/**
 * @typedef {{_id: string, name: string}} Kept
 * @typedef {Kept & {username: string, created: string, job: string, uses: {kind: string, _id: string}[]}} KeptRecord
 */

/** What jobs can leave behind. */
export const KINDS = /** @type {const} */ ([['host', 'Hosts'], ['reference', 'References'], ['index', 'Indexes'], ['sample', 'Samples'], ['analysis', 'Analyses']]);

const MOST_PAGES = 50;

/** Everything of one kind that jobs made, by name.
 * @param {import('../client/jobsync.d.ts').Jobsync} client @param {string} kind such as `host`
 * @returns {Promise<KeptRecord[]>} @throws if the server can't say */
export async function keptRecords(client, kind) {
  /** @type {KeptRecord[]} */ const found = [];
  let after = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = /** @type {any} */ (await client.call('data.list', after === null ? { kind } : { kind, after }));
    found.push(...objects(answer?.records).map(read).filter(({ _id }) => _id !== ''));
    after = answer?.after ?? null;
    if (after === null) break;
  }
  return found.sort((a, b) => label(a).localeCompare(label(b)));
}

/** The same for those who can do without.
 * @param {import('../client/jobsync.d.ts').Jobsync} client @param {string} kind
 * @returns {Promise<Kept[] | null>} null from an older server, or without a connection */
export const keptThings = (client, kind) => keptRecords(client, kind).catch(() => null);

/** @param {Record<string, any>} record @returns {KeptRecord} */
function read({ _id, name, username, created, job, uses }) {
  return {
    _id: words(_id), name: words(name), username: words(username), created: words(created), job: words(job),
    uses: objects(uses).map((each) => ({ kind: words(each.kind), _id: words(each._id) })),
  };
}

/** What to call it: its name, with its id where the name doesn't tell. @param {Kept} kept */
export const label = ({ _id, name }) => (name === '' || name === _id ? _id : `${name} (${_id})`);

/** The kinds of kept things that arguments name. @param {{names?: string}[]} args */
export const kindsOf = (args) => [...new Set(args.map(({ names }) => words(names)).filter(Boolean))];
