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

/** Says what happened, for as long as it takes to read it.
 * @param {string} text @param {{isProblem?: boolean}} [options] */
export function toast(text, { isProblem = false } = {}) {
  const element = h(isProblem ? 'div.toast.problem' : 'div.toast', null, h('span', null, text), h('button.icon.close', { 'aria-label': 'Dismiss', onclick: () => element.remove() }));
  $('toasts').append(element);
  setTimeout(() => element.remove(), isProblem ? 12_000 : 5000);
}

/** A call that failed, for people. @param {any} error */
export function toastProblem(error) {
  toast(error.message || String(error), { isProblem: true });
}

export const isDialogOpen = () => document.querySelector('dialog[open]') !== null;
