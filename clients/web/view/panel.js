// @ts-check
import { $ } from './dom.js';
import { recall, remember } from './remembered.js';

const KEY = 'jobsync.panel';
const NARROWEST = 320; // pixels
const TABLE = 360; // pixels that the list keeps
const STEP = 24; // pixels for a press of an arrow key; with Shift four times as much

/** The edge between list and panel: dragged by mouse or finger, moved by arrow keys, remembered in this browser. */
export class PanelEdge {
  #edge = $('edge');
  #wish = Number(recall(KEY)) || 0;

  constructor() {
    this.#edge.addEventListener('pointerdown', (/** @type {PointerEvent} */ event) => {
      event.preventDefault();
      this.#edge.focus();
      this.#edge.setPointerCapture(event.pointerId);
    });
    this.#edge.addEventListener('pointermove', (/** @type {PointerEvent} */ event) => {
      if (this.#edge.hasPointerCapture(event.pointerId)) this.#set($('detail').getBoundingClientRect().right - event.clientX);
    });
    this.#edge.addEventListener('dblclick', () => this.#set(0));
    this.#edge.addEventListener('focus', () => this.#tell());
    this.#edge.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => this.#key(event));
    addEventListener('resize', () => this.#show());
    this.#show();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = event.shiftKey ? STEP * 4 : STEP;
    const width = { ArrowLeft: this.#width + step, ArrowRight: this.#width - step, Home: NARROWEST, End: this.#widest, Enter: 0 }[event.key];
    if (width === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#set(width);
  }

  get #widest() {
    return Math.max(NARROWEST, innerWidth - TABLE);
  }

  /** As it is now. */
  get #width() {
    return Math.round($('detail').getBoundingClientRect().width);
  }

  /** @param {number} width nothing, as at first, for 0 */
  #set(width) {
    this.#wish = width && Math.min(this.#widest, Math.max(NARROWEST, Math.round(width)));
    remember(KEY, String(this.#wish));
    this.#show();
  }

  /** As wide as wished for, as far as there is room; the wish is kept for larger windows. */
  #show() {
    const { style } = document.documentElement;
    if (this.#wish) style.setProperty('--panel', `${Math.min(this.#widest, this.#wish)}px`);
    else style.removeProperty('--panel');
    this.#tell();
  }

  #tell() {
    for (const [name, value] of [['min', NARROWEST], ['max', this.#widest], ['now', this.#width]]) this.#edge.setAttribute(`aria-value${name}`, String(value));
    this.#edge.setAttribute('aria-valuetext', `${this.#width} pixels`);
  }
}
