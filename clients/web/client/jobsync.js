// @ts-check
// @ts-self-types="./jobsync.d.ts"
import { backoff } from './backoff.js';
import { Calls } from './calls.js';
import { JobsyncError } from './errors.js';
import { Replica } from './replica.js';
import { tail } from './tail.js';
import { waitForEnd } from './wait.js';

export { JobsyncError };

/**
 * @typedef {import('./jobsync.d.ts').Job} Job
 * @typedef {import('./jobsync.d.ts').Options} Options
 * @typedef {import('./jobsync.d.ts').State} State
 * @typedef {import('./jobsync.d.ts').Filter} Filter
 */

const SUBPROTOCOL = 'jobsync.v1.json';
const LARGEST_MANIFEST = 256 * 1024; // bytes; a message may have 1 MiB, and above this a fresh list is cheaper
const NO_SIGN_OF_LIFE = 4900; // 4900… are this client's own codes, never sent by a server
const UNREADABLE = 4901;
const JUST_NOW = 800; // milliseconds

const DEFAULTS = {
  filter: undefined,
  interval: undefined,
  token: undefined,
  minDelay: 250,
  maxDelay: 20_000,
  callTimeout: 30_000,
  heartbeat: 15_000,
  patience: 10_000,
  notice: 1500,
  random: Math.random,
};

/** Whether the server means "don't come back". @param {number} code */
const isTerminal = (code) => code >= 4500 && code < 4900;

/** A live list of jobs, and every call of the server, over one WebSocket that mends itself. */
export class Jobsync extends EventTarget {
  /** @type {State} */ state = 'closed';
  /** @type {{username: string, permissions: string[], [key: string]: any} | null} */ session = null;
  #url;
  #options;
  #calls;
  #replica = new Replica();
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {number | null} */ #subscription = null;
  /** @type {{mode: string, count: number} | null} */ #load = null;
  #wanted = false;
  #attempt = 0;
  #after = 0;
  #heard = 0;
  #deadline = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} running while a question is unanswered and nothing is heard */ #doubt;
  #isSilent = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #retry;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #watchdog;
  #onOnline = () => this.retryNow();
  #onOffline = () => this.#probe(3000);

  /**
   * @param {string | URL} [url] the server (`http:`, `https:`, `ws:` or `wss:`); left out in a page: where it came from
   * @param {Options} [options]
   */
  constructor(url = globalThis.location?.origin, options = {}) {
    super();
    this.#url = socketURL(url);
    this.#options = { ...DEFAULTS, ...options };
    this.#calls = new Calls(this.#options.callTimeout);
  }

  /** The jobs that match the filter, by id; live. @returns {Map<string, Job>} */
  get jobs() {
    return this.#replica.jobs;
  }

  /** Opens the connection and keeps it open until `close`.
   * @returns {Promise<this>} when the list is complete for the first time */
  connect() {
    if (!this.#wanted) {
      this.#wanted = true;
      globalThis.addEventListener?.('online', this.#onOnline);
      globalThis.addEventListener?.('offline', this.#onOffline);
      this.#open();
    }
    return this.#becomes('live');
  }

  /** Ends the connection for good. The list stays as it was. */
  close() {
    this.#wanted = false;
    globalThis.removeEventListener?.('online', this.#onOnline);
    globalThis.removeEventListener?.('offline', this.#onOffline);
    this.#drop(1000);
    this.#become('closed', { code: 1000, reason: 'closed by the client' });
  }

  /** Skips what is left of the wait before the next attempt, or for a server that is silent. */
  retryNow() {
    if (this.#isSilent) this.#lost(NO_SIGN_OF_LIFE, 'no sign of life');
    if (this.#wanted && !this.#socket) this.#open();
  }

  /** Asks for a sign of life, unless there was one just now. `silence` tells when none comes. */
  check() {
    if (Date.now() - this.#heard > JUST_NOW) this.#probe(this.#options.patience);
  }

  /** One call. Methods and their parameters: the protocol, or `rpc.discover`.
   * @param {string} method
   * @param {object} [params]
   * @returns {Promise<any>} */
  call(method, params = {}) {
    return new Promise((resolve, reject) => this.#request(method, params, resolve, reject));
  }

  /** Changes what is subscribed to; without a change of the filter what is held stays.
   * @param {{filter?: Filter, interval?: number}} options */
  subscribe({ filter = this.#options.filter, interval = this.#options.interval }) {
    const isSame = JSON.stringify(filter) === JSON.stringify(this.#options.filter);
    Object.assign(this.#options, { filter, interval });
    if (!isSame) {
      this.#replica.clear();
      this.#emit('reset', {});
    }
    this.#resubscribe(this.#replica.position(0)); // the same server, so the position is enough
  }

  /** Waits for a job's end.
   * @param {string} id
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<Job>} the job, complete, failed or cancelled */
  wait(id, options) {
    return waitForEnd(this, id, options);
  }

  /** A job's log from `offset` on, as it grows; ends when the job has ended.
   * @param {string} id
   * @param {{offset?: number, signal?: AbortSignal}} [options] */
  tail(id, options) {
    return tail(this, id, options);
  }

  // The connection

  #open() {
    clearTimeout(this.#retry);
    this.#become(this.#attempt === 0 && this.state === 'closed' ? 'connecting' : 'reconnecting', { attempt: this.#attempt });
    const WebSocket = this.#options.WebSocket ?? globalThis.WebSocket;
    if (!WebSocket) throw new JobsyncError('This runtime has no WebSocket; hand one in as an option.', { code: 'unsupported' });
    const socket = new WebSocket(this.#url, [SUBPROTOCOL]);
    this.#socket = socket;
    this.#after = 0;
    this.#heard = Date.now();
    this.#deadline = this.#heard + this.#options.patience; // opening counts as a question too
    socket.onopen = () => this.#greet();
    socket.onmessage = (/** @type {MessageEvent} */ { data }) => {
      if (socket === this.#socket) this.#receive(String(data));
    };
    socket.onclose = (/** @type {CloseEvent} */ { code, reason }) => {
      if (socket === this.#socket) this.#lost(code, reason);
    };
    this.#watchdog = setInterval(() => this.#watch(), Math.min(1000, this.#options.heartbeat / 2));
  }

  async #greet() {
    const { token } = this.#options;
    try {
      if (token) await this.call('session.authenticate', { token });
      this.#request('session.whoami', {}, (session) => { this.session = session; }, () => {});
      this.#subscribe(this.#replica.position(LARGEST_MANIFEST));
    } catch (error) {
      this.#refused(error);
    }
  }

  /** @param {any} error an answer without which there is no point in being connected */
  #refused(error) {
    if (error.code === 'disconnected') return; // the loss of the connection is dealt with where it is noticed
    if (error.code !== 'unauthenticated' && error.code !== 'forbidden') {
      this.#after = Number(error.data?.after) || 0;
      this.#lost(NO_SIGN_OF_LIFE, error.message);
      return;
    }
    this.#wanted = false;
    this.#drop(1000);
    this.#become('closed', { code: error.code === 'forbidden' ? 4502 : 4501, reason: error.message, error });
  }

  /** Lets go of the socket, whatever state it is in: one that hangs would take minutes to say `close`.
   * @param {number} code */
  #drop(code) {
    clearTimeout(this.#retry);
    clearInterval(this.#watchdog);
    this.#believe();
    const socket = this.#socket;
    this.#socket = null;
    this.#subscription = null;
    socket?.close(code);
    this.#calls.abandon();
  }

  /** @param {number} code @param {string} reason */
  #lost(code, reason) {
    const after = this.#after;
    this.#drop(1000);
    if (!this.#wanted) return;
    if (isTerminal(code)) {
      this.#wanted = false;
      this.#become('closed', { code, reason });
      return;
    }
    const retryIn = Math.max(after, 0) + backoff(this.#attempt, this.#options);
    this.#attempt += 1;
    this.#retry = setTimeout(() => this.#open(), retryIn);
    this.#become('reconnecting', { code, reason, attempt: this.#attempt, retryIn });
  }

  /** An open socket proves nothing: after sleep, or behind a dead router, only an answer does. */
  #watch() {
    const now = Date.now();
    if (this.#deadline && now > this.#deadline) this.#lost(NO_SIGN_OF_LIFE, 'no sign of life');
    else if (now - this.#heard > this.#options.heartbeat) this.#probe(this.#options.patience);
  }

  /** Asks for a sign of life; `#watch` acts when none comes.
   * @param {number} patience milliseconds */
  #probe(patience) {
    if (this.#deadline || this.#socket?.readyState !== 1) return;
    this.#deadline = Date.now() + patience;
    this.#request('session.whoami', {}, () => {}, () => {});
  }

  /** A question is on its way. Half way to the notice another one goes along, whose answer is a matter of course: not
   * every method answers at once. */
  #wonder() {
    this.#doubt ??= setTimeout(() => {
      this.#probe(this.#options.patience);
      this.#doubt = setTimeout(() => this.#hush(true), this.#options.notice / 2);
    }, this.#options.notice / 2);
  }

  /** Something was heard, or nothing is expected any more. */
  #believe() {
    if (this.#doubt === undefined) return;
    clearTimeout(this.#doubt);
    this.#doubt = undefined;
    this.#hush(false);
  }

  /** @param {boolean} isSilent */
  #hush(isSilent) {
    if (this.#isSilent === isSilent) return;
    this.#isSilent = isSilent;
    this.#emit('silence', { isSilent, since: this.#heard });
  }

  // Messages

  /** @param {string} method @param {object} params @param {(result: any) => void} resolve @param {(error: JobsyncError) => void} reject */
  #request(method, params, resolve, reject) {
    if (this.#socket?.readyState !== 1) reject(JobsyncError.disconnected(false));
    else {
      this.#socket.send(this.#calls.begin(method, params, resolve, reject));
      this.#wonder();
    }
  }

  /** @param {string} text */
  #receive(text) {
    this.#heard = Date.now();
    this.#deadline = 0;
    this.#believe();
    /** @type {any} */ let message;
    try {
      message = JSON.parse(text);
    } catch {
      // Something was lost that we cannot name; coming back from our position brings it again.
      this.#lost(UNREADABLE, 'the server sent something unreadable');
      return;
    }
    for (const part of Array.isArray(message) ? message : [message]) {
      if (typeof part?.method === 'string') this.#pushed(part.method, part.params ?? {});
      else if (part?.id !== undefined) this.#calls.settle(part);
    }
  }

  /** @param {string} method @param {any} params */
  #pushed(method, params) {
    switch (method) {
      case 'jobs.sync': return this.#sync(params);
      case 'tick': return this.#tick(params);
      case 'jobs.log': return this.#emit('log', params);
      case 'resources': return this.#emit('resources', params);
      case 'bye':
        this.#after = Number(params.after) || 0;
        return this.#emit('bye', params);
    }
  }

  // The subscription

  /** @param {ReturnType<Replica['position']>} position */
  #subscribe(position) {
    const { filter, interval } = this.#options;
    const params = { ...(filter && { filter }), ...(interval !== undefined && { interval }), ...position };
    this.#request('jobs.subscribe', params, (opening) => {
      this.#subscription = opening.subscription;
      this.#load = { mode: opening.mode, count: opening.count };
      this.#replica.begin(opening);
      if (opening.mode === 'snapshot') this.#emit('reset', {});
      if (this.state !== 'live') this.#become('loading', { ...this.#load });
    }, (error) => this.#refused(error));
  }

  /** @param {ReturnType<Replica['position']>} position */
  #resubscribe(position) {
    if (this.#subscription === null) return;
    const subscription = this.#subscription;
    this.#subscription = null;
    this.#request('jobs.unsubscribe', { subscription }, () => {}, () => {});
    this.#subscribe(position);
  }

  /** @param {any} frame */
  #sync(frame) {
    if (frame.subscription !== this.#subscription) return;
    const change = this.#replica.apply(frame);
    if (change.put.length || change.del.length) this.#emit('change', change);
    if (frame.sync !== false) return;
    this.#attempt = 0; // not before: a server that accepts and then fails must not be hammered
    this.#emit('loaded', { ...this.#load });
    if (this.state !== 'live') this.#become('live', {});
  }

  /** @param {any} tick */
  #tick(tick) {
    if (tick.subscription !== this.#subscription || this.#replica.agrees(tick)) return;
    this.#emit('disagreed', { expected: tick.count, held: this.jobs.size });
    const { manifest } = this.#replica.position(LARGEST_MANIFEST);
    this.#resubscribe(manifest ? { manifest } : {});
  }

  // States and events

  /** @param {State} state @param {object} facts */
  #become(state, facts) {
    this.state = state;
    this.#emit('state', { state, ...facts });
  }

  /** @param {State} state @returns {Promise<this>} */
  #becomes(state) {
    if (this.state === state) return Promise.resolve(this);
    return new Promise((resolve, reject) => {
      const look = (/** @type {any} */ { detail }) => {
        if (detail.state !== state && detail.state !== 'closed') return;
        this.removeEventListener('state', look);
        if (detail.state === state) resolve(this);
        else reject(detail.error ?? new JobsyncError(detail.reason || 'The connection was closed.', { code: 'closed', data: detail }));
      };
      this.addEventListener('state', look);
    });
  }

  /** @param {string} type @param {object} detail */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** @param {string | URL | undefined} url @returns {string} */
function socketURL(url) {
  if (!url) throw new JobsyncError('Where is the server? Give its address, such as http://127.0.0.1:9950.', { code: 'invalid_params' });
  const address = new URL(url);
  address.protocol = address.protocol.replace(/^http/, 'ws');
  if (address.pathname === '/') address.pathname = '/ws';
  return address.href;
}
