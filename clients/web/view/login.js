// @ts-check
import { logIn } from '../model/session.js';
import { whileBusy } from './busy.js';
import { $, say } from './dom.js';

/** Asks for a token until the server knows it.
 * @param {string} [why] what was wrong with the way that the reader came
 * @returns {Promise<void>} */
export function login(why = '') {
  const form = $('login');
  const input = $('token');
  const problem = $('login-problem');
  form.hidden = false;
  document.body.classList.add('logged-out');
  input.focus();
  if (why) complain(why);
  return new Promise((resolve) => {
    const submit = async (/** @type {Event} */ event) => {
      event.preventDefault();
      const token = input.value.trim();
      if (!token) return complain('Paste the token first.');
      try {
        const isKnown = await whileBusy(form.querySelector('button'), 'Logging in…', () => logIn(token));
        if (isKnown === undefined) return;
        if (!isKnown) return complain('The server does not know this token.');
      } catch (error) {
        return complain(`The server could not be reached. ${/** @type {Error} */ (error).message}`);
      }
      input.value = '';
      form.removeEventListener('submit', submit);
      form.hidden = true;
      document.body.classList.remove('logged-out');
      resolve();
    };
    form.addEventListener('submit', submit);
  });

  /** @param {string} text */
  function complain(text) {
    say(problem, text);
    problem.hidden = false;
    input.setAttribute('aria-invalid', 'true');
    input.select();
  }
}
