// @ts-check

const SECONDS = 60;

/** The last minute as a line, one value a second. */
export class Sparkline {
  #canvas;
  /** @type {number[]} */ #values = new Array(SECONDS).fill(0);

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
  }

  /** @param {number} value */
  add(value) {
    this.#values.push(value);
    this.#values.shift();
    if (!document.hidden) this.#draw();
  }

  #draw() {
    const { width, height } = this.#canvas;
    const pen = this.#canvas.getContext('2d');
    if (!pen) return;
    const most = Math.max(4, ...this.#values);
    const y = (/** @type {number} */ value) => height - 3 - (value / most) * (height - 6);
    pen.clearRect(0, 0, width, height);
    pen.beginPath();
    this.#values.forEach((value, index) => pen.lineTo((index * width) / (SECONDS - 1), y(value)));
    pen.strokeStyle = getComputedStyle(this.#canvas).color;
    pen.lineWidth = 3;
    pen.lineJoin = 'round';
    pen.stroke();
    pen.lineTo(width, height);
    pen.lineTo(0, height);
    pen.globalAlpha = 0.12;
    pen.fillStyle = pen.strokeStyle;
    pen.fill();
    pen.globalAlpha = 1;
  }
}
