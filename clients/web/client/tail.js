// @ts-check

/**
 * @typedef {import('./jobsync.js').Jobsync} Jobsync
 * @typedef {{_id: string, offset: number, text: string, ended: boolean}} LogPiece
 */

const encoder = new TextEncoder();

/** One job's log from an offset on, as it grows; goes on where it was after a lost connection.
 * @param {Jobsync} client
 * @param {string} id
 * @param {{offset?: number, signal?: AbortSignal}} [options] `offset` in bytes; a negative one counts from the end
 * @returns {AsyncGenerator<LogPiece, void, void>} */
export async function* tail(client, id, { offset = 0, signal } = {}) {
  /** @type {LogPiece[]} */ const waiting = [];
  let wake = () => {};
  let next = offset;
  let opened = false;
  /** @type {unknown} */ let failure;

  const accept = (/** @type {LogPiece} */ piece) => {
    if (opened && piece.offset < next) return; // said already, before the connection broke
    opened = true;
    next = piece.offset + encoder.encode(piece.text).length;
    waiting.push(piece);
    wake();
  };
  /** @type {LogPiece[] | null} */ let early = null;
  const onLog = (/** @type {any} */ { detail }) => {
    if (detail._id !== id) return;
    // What was pushed behind the answer may be heard before the answer has been looked at.
    if (early) early.push(detail);
    else accept(detail);
  };
  const open = async () => {
    early = [];
    try {
      accept(await client.call('jobs.tail', { _id: id, offset: next }));
      early.forEach(accept);
    } catch (error) {
      if (/** @type {any} */ (error).code !== 'disconnected') { // otherwise the next `live` calls again
        failure = error;
        wake();
      }
    }
    early = null;
  };
  const onState = (/** @type {any} */ event) => {
    if (event.detail.state === 'live') open();
  };
  const onAbort = () => wake();

  client.addEventListener('log', onLog);
  client.addEventListener('state', onState);
  signal?.addEventListener('abort', onAbort);
  try {
    open();
    while (!signal?.aborted) {
      if (failure) throw failure;
      const piece = waiting.shift();
      if (piece) {
        yield piece;
        if (piece.ended) return;
      } else {
        await new Promise((resolve) => { wake = () => resolve(undefined); });
      }
    }
  } finally {
    client.removeEventListener('log', onLog);
    client.removeEventListener('state', onState);
    signal?.removeEventListener('abort', onAbort);
    client.call('jobs.untail', { _id: id }).catch(() => {});
  }
}
