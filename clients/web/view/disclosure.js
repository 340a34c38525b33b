// @ts-check
import { h } from './dom.js';

/** Something to unfold, that is made when it is first looked at.
 * @param {Node | string} summary @param {() => Node[]} build
 * @param {{isOpen?: boolean, tag?: string}} [options]
 * @returns {HTMLDetailsElement} */
export function disclosure(summary, build, { isOpen = false, tag = 'details' } = {}) {
  let isBuilt = false;
  const fill = () => {
    if (isBuilt || !element.open) return;
    isBuilt = true;
    element.append(...build());
  };
  const element = h(tag, { open: isOpen, ontoggle: fill }, h('summary', null, summary));
  fill();
  return element;
}
