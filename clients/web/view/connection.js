// @ts-check
import { count } from '../model/format.js';
import { $, say } from './dom.js';

/** @type {Record<string, string>} */
const WORDS = { silent: 'Not answering', connecting: 'Connecting', loading: 'Loading', live: 'Live', reconnecting: 'Reconnecting', offline: 'Offline', closed: 'No access' };
const SLOW = 3000; // milliseconds until somebody who waits for the first answer is told that there is none
const GRACE = 600; // milliseconds: a blink, such as a tab waking up, is nobody's concern

/** The pill that always tells, and the banner that comes when it matters. */
export class ConnectionView {
  #banner = $('banner');
  #grace = 0;
  #retryAt = 0;
  /** @type {any} */ #facts = { state: 'connecting' };
  #wasLive = false;
  #silentSince = 0;

  /** @param {import('../client/jobsync.d.ts').Jobsync} client */
  constructor(client) {
    client.addEventListener('state', ({ detail }) => this.#show(detail));
    client.addEventListener('silence', ({ detail: { isSilent, since } }) => {
      this.#silentSince = isSilent ? since : 0;
      this.#show(this.#facts);
    });
    this.#show(this.#facts);
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
    document.body.dataset.connection = state === 'reconnecting' ? word : state;
    document.body.toggleAttribute('data-silent', word === 'silent');
    $('connection').dataset.state = word;
    say($('connection-text'), WORDS[word]);
    clearTimeout(this.#grace);
    if (word === 'live' || word === 'loading') this.#banner.hidden = true;
    else if (this.#banner.hidden) this.#grace = window.setTimeout(() => this.#raise(), { closed: 0, silent: 0, connecting: SLOW }[word] ?? GRACE);
    else this.#say();
  }

  /** @returns {string} */
  #word() {
    const { state } = this.#facts;
    if (this.#silentSince && state !== 'closed') return 'silent';
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
    $('retry').hidden = word === 'closed' || word === 'connecting';
    this.#banner.classList.toggle('final', word === 'closed');
    if (word === 'closed') say($('banner-text'), `The server ended the connection: ${reason || 'no access'}. Reload the page to try again.`);
    else if (word === 'offline') say($('banner-text'), `You are offline.${known}`);
    else if (word === 'silent') say($('banner-text'), `The server does not answer.${known}`);
    else if (word === 'connecting') say($('banner-text'), 'The server has not answered yet.');
    else say($('banner-text'), `Connection lost.${known}`);
    // Beside the alert, which would be read aloud again with every second.
    const silence = Math.floor((Date.now() - this.#silentSince) / 1000);
    const next = seconds > 0 ? `Next attempt in ${count(seconds, 'second')}.` : 'Reconnecting…';
    say($('banner-more'), { silent: `For ${count(silence, 'second')}.`, reconnecting: next }[word] ?? '');
  }
}
