// @ts-check
import { $, say } from './dom.js';

/** Hides what one may not do, and rests what can't be done without a connection. */
export class Gate {
  /** @type {Set<string>} */ #permissions = new Set();
  #isConnected = false;
  isKnown = false; // whether the server has told what is permitted

  /** @param {{username: string, permissions: string[], auth: string}} session */
  permit({ username, permissions, auth }) {
    this.#permissions = new Set(permissions);
    this.isKnown = true;
    say($('user-name'), username);
    $('user').hidden = false;
    $('user').setAttribute('aria-label', `Logged in as ${username}`);
    say($('user-rights'), permissions.length ? `May: ${permissions.map((each) => each.replaceAll('_', ' ')).join(', ')}.` : 'May look, and change nothing.');
    $('logout').hidden = auth === 'none';
    this.apply();
  }

  /** @param {boolean} isConnected */
  connected(isConnected) {
    this.#isConnected = isConnected;
    this.apply();
  }

  /** @param {string} permission */
  allows(permission) {
    return this.#isConnected && this.#permissions.has(permission);
  }

  /** To all elements that name a permission; again after new ones were made. */
  apply() {
    for (const element of document.querySelectorAll('[data-permission]')) {
      const isPermitted = this.#permissions.has(/** @type {HTMLElement} */ (element).dataset.permission ?? '');
      element.classList.toggle('denied', !isPermitted);
      /** @type {HTMLButtonElement} */ (element).disabled = !this.#isConnected;
    }
  }
}
