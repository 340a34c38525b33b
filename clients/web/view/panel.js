// @ts-check
import { $ } from './dom.js';
import { recall, remember } from './remembered.js';

const KEY = 'jobsync.panel';
const USUAL = 440; // pixels
const NARROWEST = 320;
const TABLE = 360; // pixels that the list keeps
const STEP = 24; // pixels for a press of an arrow key; with Shift four times as much

/** The edge between list and panel: dragged by mouse or finger, moved by arrow keys, remembered in this browser. */
export class PanelEdge {
  #edge = $('edge');
  #wish = Number(recall(KEY)) || USUAL;

  constructor() {
    this.#edge.addEventListener('pointerdown', (/** @type {PointerEvent} */ event) => {
      event.preventDefault();
      this.#edge.focus();
      this.#edge.setPointerCapture(event.pointerId);
    });
    this.#edge.addEventListener('pointermove', (/** @type {PointerEvent} */ event) => {
      if (this.#edge.hasPointerCapture(event.pointerId)) this.#set($('detail').getBoundingClientRect().right - event.clientX);
    });
    this.#edge.addEventListener('dblclick', () => this.#set(USUAL));
    this.#edge.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => this.#key(event));
    addEventListener('resize', () => this.#show());
    this.#show();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = event.shiftKey ? STEP * 4 : STEP;
    const width = { ArrowLeft: this.#width + step, ArrowRight: this.#width - step, Home: NARROWEST, End: this.#widest, Enter: USUAL }[event.key];
    if (width === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#set(width);
  }

  get #widest() {
    return Math.max(NARROWEST, innerWidth - TABLE);
  }

  /** What there is room for; the wish is kept for larger windows. */
  get #width() {
    return Math.round(Math.min(this.#widest, Math.max(NARROWEST, this.#wish)));
  }

  /** @param {number} width */
  #set(width) {
    this.#wish = Math.min(this.#widest, Math.max(NARROWEST, Math.round(width)));
    remember(KEY, String(this.#wish));
    this.#show();
  }

  #show() {
    document.documentElement.style.setProperty('--panel', `${this.#width}px`);
    for (const [name, value] of [['min', NARROWEST], ['max', this.#widest], ['now', this.#width]]) this.#edge.setAttribute(`aria-value${name}`, String(value));
    this.#edge.setAttribute('aria-valuetext', `${this.#width} pixels`);
  }
}
