// @ts-check
// What this browser remembers of its reader's wishes; where it may not, they last as long as the page.

/** @type {Map<string, string>} */ const here = new Map();

/** @param {string} key @returns {string | null} */
export function recall(key) {
  try {
    return here.get(key) ?? localStorage.getItem(key);
  } catch {
    return null; // blocked by the reader or by the browser
  }
}

/** @param {string} key @param {string} value */
export function remember(key, value) {
  here.set(key, value);
  try {
    localStorage.setItem(key, value);
  } catch {
    // Then only this page knows.
  }
}
