// @ts-check
import { h } from './dom.js';
import { toast } from './dialogs.js';

/** Puts text on the clipboard. @param {string} text @param {string} what for people, such as `Id` */
export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Plain HTTP on another machine's address has no clipboard; the old way works there.
    const area = h('textarea.vh', { 'aria-hidden': 'true' });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  toast(`${what} copied`);
}
