// @ts-check
import { h } from './dom.js';

/** Hands a text to the reader as a file. @param {string} text @param {string} name of the file; what a name can't have is replaced */
export function download(text, name) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = h('a', { href: url, download: name.replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^\.+/, '') });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser reads it after the click
}
