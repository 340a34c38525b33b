// @ts-check

/**
 * @typedef {{username: string, permissions: string[], auth: 'token' | 'none'}} Session
 */

const PATIENCE = 10_000; // milliseconds

/** Who we are to the server.
 * @returns {Promise<{session: Session | null, skew: number}>} null: not logged in; `skew`: its clock minus ours, ms
 * @throws {Error} when the server can't be reached or is not well */
export async function readSession() {
  const response = await fetch('/session', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
  if (response.status !== 401 && !response.ok) throw new Error(`The server answered ${response.status}.`);
  const date = Date.parse(response.headers.get('date') ?? '');
  // The header counts whole seconds: anything below two is rounding.
  const skew = Math.abs(date - Date.now()) > 2000 ? date - Date.now() : 0;
  return { session: response.ok ? await response.json() : null, skew };
}

/** @param {string} token @returns {Promise<boolean>} whether the server knows it */
export async function logIn(token) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch('/login', { method: 'POST', headers, body: JSON.stringify({ token }), signal: AbortSignal.timeout(PATIENCE) });
  if (response.status === 401 || response.status === 403) return false;
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return true;
}

export async function logOut() {
  await fetch('/logout', { method: 'POST', signal: AbortSignal.timeout(PATIENCE) });
}
