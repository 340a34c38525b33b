// @ts-check

const NAMESPACE = 'http://www.w3.org/2000/svg';

let made = 0;

/** Builds an element of a picture. Text stays text, as in `h`.
 * @param {string} tag with classes, as in `rect.bar`
 * @param {Record<string, string | number | null>} [attributes]
 * @param {...(Node | string | number | null | false)} children
 * @returns {SVGElement} */
export function s(tag, attributes, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElementNS(NAMESPACE, name);
  if (classes.length) element.setAttribute('class', classes.join(' '));
  for (const [key, value] of Object.entries(attributes ?? {})) if (value !== null) element.setAttribute(key, String(value));
  for (const child of children) if (child !== null && child !== false) element.append(child instanceof Node ? child : String(child));
  return element;
}

/** A picture that says in words what it shows. It has no view box: widths are shares of its own, so that its text keeps its size.
 * @param {{title: string, description: string, height: number}} about
 * @param {...(Node | null | false)} children */
export function picture({ title, description, height }, ...children) {
  const id = `picture-${++made}`;
  return s(
    'svg.picture', { role: 'img', width: '100%', height, 'aria-labelledby': `${id}-title`, 'aria-describedby': `${id}-desc` },
    s('title', { id: `${id}-title` }, title), s('desc', { id: `${id}-desc` }, description), ...children,
  );
}

/** A place within a picture whose content is stretched to fill it.
 * @param {{x: string | number, y: number, width: string, height: number, across?: number, down?: number}} place in which `across` × `down` units lie
 * @param {...(Node | null | false)} children */
export function stretched({ x, y, width, height, across = 100, down = 100 }, ...children) {
  return s('svg', { 'aria-hidden': 'true', x, y, width, height, viewBox: `0 0 ${across} ${down}`, preserveAspectRatio: 'none' }, ...children);
}

/** @param {number} n short enough for thousands of points */
export const at = (n) => String(Math.round(n * 100) / 100);

/** @param {[x: number, y: number][]} points */
export const path = (points) => points.map(([x, y], index) => `${index ? 'L' : 'M'}${at(x)} ${at(y)}`).join('');
