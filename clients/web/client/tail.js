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
  const onLog = (/** @type {any} */ event) => {
    if (event.detail._id === id) accept(event.detail);
  };
  const open = () => client.call('jobs.tail', { _id: id, offset: next }).then(accept, (error) => {
    if (error.code === 'disconnected') return; // the next `live` calls again
    failure = error;
    wake();
  });
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
