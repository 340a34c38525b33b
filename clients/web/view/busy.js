// @ts-check

/** Shows on a button that it works. Unlike a disabled one it keeps the focus; a click on it must do nothing.
 * @param {any} button @param {boolean} isBusy */
export function setBusy(button, isBusy) {
  if (isBusy === (button.getAttribute('aria-busy') === 'true')) return;
  for (const name of ['aria-busy', 'aria-disabled']) {
    if (isBusy) button.setAttribute(name, 'true');
    else button.removeAttribute(name);
  }
}

/** Says on a button that something is under way until it is over; a second click meanwhile does nothing.
 * @template Value
 * @param {any} button @param {string} words such as `Logging in…` @param {() => Promise<Value>} work
 * @returns {Promise<Value | undefined>} what the work returns; nothing if it was under way already */
export async function whileBusy(button, words, work) {
  if (button.getAttribute('aria-busy') === 'true') return undefined;
  const usual = [...button.childNodes];
  setBusy(button, true);
  if (words) button.replaceChildren(words);
  try {
    return await work();
  } finally {
    button.replaceChildren(...usual);
    setBusy(button, false);
  }
}
