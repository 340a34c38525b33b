// @ts-check
import { $, h } from './dom.js';

/** Shows a dialog that exists for one question only; Escape and a click beside it close it.
 * @param {HTMLElement} content
 * @param {{label: string, wide?: boolean}} options
 * @returns {HTMLDialogElement} */
export function showDialog(content, { label, wide = false }) {
  const dialog = h(wide ? 'dialog.wide' : 'dialog', { 'aria-label': label }, content);
  dialog.addEventListener('close', () => dialog.remove());
  dialog.addEventListener('mousedown', (/** @type {MouseEvent} */ event) => {
    if (event.target === dialog) dialog.close('');
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Asks before something that can't be undone. The harmless answer has the focus.
 * @param {{title: string, text: string, keep: string, act: string}} question
 * @returns {Promise<boolean>} */
export function ask({ title, text, keep, act }) {
  return new Promise((resolve) => {
    const dialog = showDialog(h(
      'div', null, h('h2', null, title), h('p', null, text),
      h('div.dialog-actions', null,
        h('button', { onclick: () => dialog.close(''), autofocus: true }, keep),
        h('button.danger', { onclick: () => dialog.close('yes') }, act)),
    ), { label: title });
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'));
  });
}

/** Says what happened, for as long as it takes to read it: it stays while somebody points at it or is in it, and for good
 * where something went wrong and there are details.
 * @param {string} text @param {{isProblem?: boolean, details?: () => void}} [options] */
export function toast(text, { isProblem = false, details } = {}) {
  const element = h(
    isProblem ? 'div.toast.problem' : 'div.toast', null, h('span', null, text),
    details && h('button.more', { onclick: details }, 'Details'),
    h('button.icon.close', { 'aria-label': 'Dismiss', onclick: () => element.remove() }),
  );
  $('toasts').append(element);
  if (isProblem && details) return;
  let timer = 0;
  const stay = () => clearTimeout(timer);
  const leave = () => {
    stay();
    timer = window.setTimeout(() => element.remove(), details ? 20_000 : isProblem ? 12_000 : 5000);
  };
  for (const event of ['pointerenter', 'focusin']) element.addEventListener(event, stay);
  for (const event of ['pointerleave', 'focusout']) element.addEventListener(event, leave);
  leave();
}

/** A call that failed, for people. @param {any} error */
export function toastProblem(error) {
  toast(error.message || String(error), { isProblem: true });
}

export const isDialogOpen = () => document.querySelector('dialog[open]') !== null;
