// @ts-check
// Results come from tasks of any version: what isn't there, or isn't what it was, reads as nothing.

/** @param {any} value @returns {value is Record<string, any>} */
export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param {any} value @returns {Record<string, any>} */
export const object = (value) => (isObject(value) ? value : {});

/** The objects of a list. @param {any} value @returns {Record<string, any>[]} */
export const objects = (value) => (Array.isArray(value) ? value.filter(isObject) : []);

/** @param {any} value @returns {number | null} */
export const amount = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** A list of numbers in which what isn't one counts as nothing. @param {any} value @returns {number[]} */
export const amounts = (value) => (Array.isArray(value) ? value.map((each) => amount(each) ?? 0) : []);

/** @param {any} value @returns {string} */
export const words = (value) => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '');

/** How a result names something it refers to: by name, else by id. @param {any} value `{id, name}`, or only an id */
export const named = (value) => (isObject(value) ? words(value.name) || words(value.id) : words(value));
