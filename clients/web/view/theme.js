// @ts-check
import { $ } from './dom.js';
import { recall, remember } from './remembered.js';

const THEMES = ['system', 'light', 'dark'];
const KEY = 'jobsync.theme';

/** Light, dark, or as the system has it; remembered in this browser. */
export class Theme {
  #theme = recall(KEY) ?? 'system';

  constructor() {
    $('theme').addEventListener('click', () => this.next());
    this.#show();
  }

  next() {
    this.#theme = THEMES[(THEMES.indexOf(this.#theme) + 1) % THEMES.length];
    remember(KEY, this.#theme);
    this.#show();
  }

  #show() {
    const root = document.documentElement;
    if (this.#theme === 'system') delete root.dataset.theme;
    else root.dataset.theme = this.#theme;
    $('theme').setAttribute('aria-label', `Theme: ${this.#theme}`);
    $('theme').title = `Theme: ${this.#theme} (t)`;
  }
}
