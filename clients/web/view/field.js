// @ts-check
import { ArgumentProblem, argumentText, parseArgument } from '../model/arguments.js';
import { title } from '../model/format.js';
import { choice } from './choice.js';
import { h, say } from './dom.js';

/** @typedef {import('../model/arguments.js').Argument} Argument */

let made = 0;

const HINTS = { path: 'a path below the data folder', list: 'one per line', object: 'JSON' };
const PATHS = 'paths below the data folder, one per line';

/** One argument of a task as a form field with its own place for what is wrong with it. */
export class Field {
  #argument;
  #input;
  #title;
  #problem = h('p.field-problem', { role: 'alert', hidden: true });

  /** @param {Argument} argument @param {any} [value] instead of the default
   * @param {{label?: string, kept?: import('../model/kept.js').Kept[] | null}} [options] `kept`: what it may name, if that is known */
  constructor(argument, value, { label = titleOf(argument), kept = null } = {}) {
    this.#argument = argument;
    this.name = argument.name;
    this.#title = label;
    const id = `field-${++made}`;
    this.#problem.id = `${id}-problem`;
    const chosen = kept && argument.type !== 'list' && choice(kept, { value: argumentText(argument, value), isRequired: argument.required });
    this.#input = chosen ? chosen.input : input(argument, value);
    this.#input.id = id;
    this.#input.setAttribute('aria-describedby', `${id}-hint ${id}-problem`);
    if (argument.required) this.#input.setAttribute('aria-required', 'true');
    this.#input.addEventListener('input', () => this.complain(''));
    const caption = h(argument.required ? 'label.required' : 'label', { for: id }, label);
    const hint = h('p.hint', { id: `${id}-hint` }, describe(argument, kept));
    this.element = argument.type === 'boolean'
      ? h('div.field.boolean', null, this.#input, h('div', null, caption, hint, this.#problem))
      : h('div.field', null, caption, this.#input, ...(chosen?.beside ?? []), hint, this.#problem);
  }

  /** @returns {any} undefined when it is left to the default @throws {ArgumentProblem} after saying so */
  value() {
    try {
      return parseArgument(this.#argument, this.#argument.type === 'boolean' ? this.#input.checked : this.#input.value);
    } catch (error) {
      if (error instanceof ArgumentProblem) this.complain(error.message);
      throw error;
    }
  }

  /** @param {string} problem nothing when it is all right */
  complain(problem) {
    say(this.#problem, problem && `${this.#title} ${problem}`);
    this.#problem.hidden = problem === '';
    const fold = this.element.closest('details');
    if (problem && fold) fold.open = true;
    if (problem) this.#input.setAttribute('aria-invalid', 'true');
    else this.#input.removeAttribute('aria-invalid');
  }

  focus() {
    this.#input.focus();
  }
}

/** A choice of samples isn't a choice of ids. @param {Argument} argument */
const titleOf = ({ name, names }) => title(names ? name.replace(/_id$/, '') : name);

/** @param {Argument} argument @param {any[] | null} kept */
function describe({ type, description, min, max, enum: allowed, items, names }, kept) {
  const known = type === 'list' && kept?.length ? `of ${kept.map(({ _id }) => _id).join(', ')}` : '';
  const range = max === undefined && min === 1 ? '' : min !== undefined && max !== undefined ? `${min} to ${max}` : min !== undefined ? `at least ${min}` : max !== undefined ? `at most ${max}` : '';
  const form = type === 'list' && items === 'path' ? PATHS : HINTS[/** @type {'path'} */ (type)];
  const missing = kept?.length === 0 ? `there is no ${names} yet` : '';
  return [description, allowed ? '' : form, range, known, missing].filter(Boolean).join(' · ');
}

/** @param {Argument} argument @param {any} value @returns {any} */
function input(argument, value) {
  const { type, enum: allowed, required, min, max } = argument;
  const text = argumentText(argument, value);
  if (type === 'boolean') {
    const box = h('input', { type: 'checkbox' });
    box.checked = text === 'true';
    return box;
  }
  if (allowed && type !== 'list') {
    const choices = required && text !== '' ? allowed : ['', ...allowed];
    const select = h('select', null, ...choices.map((each) => h('option', { value: each }, each === '' ? (required ? 'Choose…' : '–') : String(each))));
    select.value = text;
    return select;
  }
  if (type === 'list' || type === 'object') {
    const area = h(type === 'object' || argument.items === 'path' ? 'textarea.code' : 'textarea', { rows: 3, spellcheck: 'false' });
    area.value = text;
    return area;
  }
  const isNumber = type === 'integer' || type === 'number';
  // Not type=number: it hides what was typed when it is wrong, so nobody could say what is wrong.
  const line = h(type === 'path' ? 'input.code' : 'input', { type: 'text', inputmode: isNumber ? 'decimal' : null, autocomplete: 'off', spellcheck: 'false', 'data-min': min, 'data-max': max });
  line.value = text;
  return line;
}
