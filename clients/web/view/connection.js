// @ts-check
import { count } from '../model/format.js';
import { $, say } from './dom.js';

/** @type {Record<string, string>} */
const WORDS = { connecting: 'Connecting', loading: 'Loading', live: 'Live', reconnecting: 'Reconnecting', offline: 'Offline', closed: 'No access' };
const GRACE = 600; // milliseconds: a blink, such as a tab waking up, is nobody's concern

/** The pill that always tells, and the banner that comes when it matters. */
export class ConnectionView {
  #banner = $('banner');
  #grace = 0;
  #retryAt = 0;
  /** @type {any} */ #facts = { state: 'connecting' };
  #wasLive = false;

  /** @param {import('../client/jobsync.d.ts').Jobsync} client */
  constructor(client) {
    client.addEventListener('state', ({ detail }) => this.#show(detail));
    $('retry').addEventListener('click', () => client.retryNow());
    $('connection').addEventListener('click', () => client.retryNow());
    for (const event of ['online', 'offline']) addEventListener(event, () => this.#show(this.#facts));
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) client.retryNow();
    });
  }

  /** Once a second: how long until the next attempt. */
  tick() {
    if (!this.#banner.hidden) this.#say();
  }

  /** @param {any} facts */
  #show(facts) {
    this.#facts = facts;
    const { state, retryIn } = facts;
    if (retryIn !== undefined) this.#retryAt = Date.now() + retryIn;
    if (state === 'live') this.#wasLive = true;
    const word = this.#word();
    document.body.dataset.connection = word;
    $('connection').dataset.state = word;
    say($('connection-text'), WORDS[word]);
    const isFine = state === 'live' || state === 'loading' || state === 'connecting';
    clearTimeout(this.#grace);
    if (isFine) this.#banner.hidden = true;
    else if (this.#banner.hidden) this.#grace = window.setTimeout(() => this.#raise(), state === 'closed' ? 0 : GRACE);
    else this.#say();
  }

  /** @returns {string} */
  #word() {
    const { state } = this.#facts;
    return state === 'reconnecting' && !navigator.onLine ? 'offline' : state;
  }

  #raise() {
    this.#banner.hidden = false;
    this.#say();
  }

  #say() {
    const word = this.#word();
    const { reason } = this.#facts;
    const known = this.#wasLive ? ' The list shows the last known state.' : '';
    const seconds = Math.ceil((this.#retryAt - Date.now()) / 1000);
    $('retry').hidden = word === 'closed';
    this.#banner.classList.toggle('final', word === 'closed');
    if (word === 'closed') say($('banner-text'), `The server ended the connection: ${reason || 'no access'}. Reload the page to try again.`);
    else if (word === 'offline') say($('banner-text'), `You are offline.${known}`);
    else say($('banner-text'), `Connection lost.${known} ${seconds > 0 ? `Next attempt in ${count(seconds, 'second')}.` : 'Reconnecting…'}`);
  }
}
