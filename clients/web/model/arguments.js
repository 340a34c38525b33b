// @ts-check

/**
 * @typedef {object} Argument as `tasks.list` describes it
 * @property {string} name
 * @property {'string' | 'integer' | 'number' | 'boolean' | 'path' | 'list' | 'object'} type
 * @property {boolean} required
 * @property {string} [description]
 * @property {any} [default]
 * @property {any[]} [enum]
 * @property {number} [min]
 * @property {number} [max]
 * @property {string} [items] the type of a list's elements
 * @property {number} [max_items] how many elements a list may have
 * @property {string} [names] the kind of the kept thing whose id it is, such as `host`
 */

/** What somebody typed is not what the task can take; the message is for them. */
export class ArgumentProblem extends Error {}

/** One field's text as the value to send.
 * @param {Argument} argument
 * @param {string | boolean} input a checkbox's state, or a text
 * @returns {any} undefined when it is left to the task's default */
export function parseArgument(argument, input) {
  if (argument.type === 'boolean') return typeof input === 'boolean' ? input : input === 'true';
  const text = String(input).trim();
  if (text === '') {
    if (argument.required && argument.default === undefined) throw new ArgumentProblem('is required');
    return undefined;
  }
  if (argument.enum) return argument.enum.find((each) => String(each) === text);
  if (argument.type === 'list') {
    const lines = text.split('\n').map((line) => line.trim()).filter(Boolean);
    if (argument.max_items !== undefined && lines.length > argument.max_items) {
      throw new ArgumentProblem(`must have at most ${argument.max_items} lines, and has ${lines.length}`);
    }
    return lines.map((line) => scalar({ ...argument, type: /** @type {any} */ (argument.items ?? 'string') }, line));
  }
  return scalar(argument, text);
}

/** @param {Argument} argument @param {string} text */
function scalar(argument, text) {
  switch (argument.type) {
    case 'integer':
      if (!/^[-+]?\d+$/.test(text) || !Number.isSafeInteger(Number(text))) throw new ArgumentProblem(`must be a whole number, not “${text}”`);
      return within(argument, Number(text));
    case 'number':
      if (!Number.isFinite(Number(text))) throw new ArgumentProblem(`must be a number, not “${text}”`);
      return within(argument, Number(text));
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw new ArgumentProblem(`must be true or false, not “${text}”`);
      return text === 'true';
    case 'object': return parseObject(text);
    default: return text;
  }
}

/** @param {Argument} argument @param {number} value */
function within({ min, max }, value) {
  if (min !== undefined && value < min) throw new ArgumentProblem(`must be at least ${min}`);
  if (max !== undefined && value > max) throw new ArgumentProblem(`must be at most ${max}`);
  return value;
}

/** @param {string} text */
function parseObject(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ArgumentProblem(`must be JSON: ${/** @type {Error} */ (error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ArgumentProblem('must be a JSON object: { … }');
  return value;
}

/** What a field shows before anybody types: the value of an earlier job, or the default.
 * @param {Argument} argument @param {any} [value]
 * @returns {string} */
export function argumentText(argument, value = argument.default) {
  if (value === undefined || value === null) return '';
  if (argument.type === 'list' && Array.isArray(value)) return value.map(String).join('\n');
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
}
