// @ts-check

/** @param {string} id @returns {any} an element that index.html is known to have */
export function $(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}`);
  return element;
}

/** Builds an element. Text stays text: nothing here can become markup.
 * @param {string} tag with classes, as in `span.id.num`
 * @param {Record<string, any> | null} [attributes] functions are listeners (`onclick`), `false` and `null` leave out
 * @param {...(Node | string | number | null | undefined | false)} children
 * @returns {any} */
export function h(tag, attributes, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(' ');
  if (name === 'button') element.setAttribute('type', 'button');
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (typeof value === 'function') element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, String(value));
  }
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** Writes only what differs: layout is the price of every write.
 * @param {any} element @param {string} text */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {any} select @param {[value: string, text: string][]} options @param {string} value */
export function fillSelect(select, options, value) {
  select.replaceChildren(...options.map(([each, text]) => h('option', { value: each }, text)));
  select.value = value;
}
