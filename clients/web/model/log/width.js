// @ts-check

const PLAIN = /^[\u0020-\u007e]*$/;
const NONE = /^[\p{M}\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]$/u;
const WIDE = /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

/** @param {string} sign one code point */
const widthOf = (sign) => (NONE.test(sign) ? 0 : WIDE.test(sign) ? 2 : 1);

/** How many columns of a terminal a text takes. @param {string} text */
export function columns(text) {
  if (PLAIN.test(text)) return text.length;
  let sum = 0;
  for (const sign of text) sum += widthOf(sign);
  return sum;
}

/** Where a text is cut so that each part fills the columns that there are; a wide sign may stick out by one.
 * @param {string} text @param {number} most columns
 * @returns {number[]} the beginnings of the parts; the first is 0 */
export function cuts(text, most) {
  const found = [0];
  if (PLAIN.test(text)) {
    for (let at = most; at < text.length; at += most) found.push(at);
    return found;
  }
  let index = 0;
  let taken = 0;
  for (const sign of text) {
    const width = widthOf(sign);
    if (taken >= most && width > 0) {
      found.push(index);
      taken = 0;
    }
    taken += width;
    index += sign.length;
  }
  return found;
}
