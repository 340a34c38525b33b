// @ts-check

/** Where a browser gets a job's log. @param {string} id */
export const logPath = (id) => `/jobs/${encodeURIComponent(id)}/log`;

/** A way to the bytes of a job's log.
 * @param {string} id @param {AbortSignal} signal
 * @returns {import('../model/log/chunks.js').Read} fails if the server can't hand them out */
export const logReader = (id, signal) => async (from, to) => {
  const response = await fetch(logPath(id), { headers: { range: `bytes=${from}-${to - 1}` }, cache: 'no-store', signal });
  if (!response.ok) throw new Error((await response.json().catch(() => null))?.error ?? `The server answered ${response.status}.`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return response.status === 206 ? bytes : bytes.subarray(from, to);
};
