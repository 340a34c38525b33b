// @ts-check
import { $, say } from './dom.js';

/** @type {Record<string, string>} */
const WORDS = {
  starting: 'Jobs wait, because the server cannot start any',
  store: 'Changes are refused, because the server cannot keep them',
  keeping: 'The server cannot keep what jobs make',
};

/** What the server lacks, for as long as it does.
 * @param {import('../client/jobsync.d.ts').Resources} resources */
export function showTroubles({ troubles = [] }) {
  $('troubles').hidden = troubles.length === 0;
  say($('troubles'), troubles.map(({ kind, cause }) => `${WORDS[kind] ?? 'The server has a problem'}: ${cause}`).join(' · '));
}
