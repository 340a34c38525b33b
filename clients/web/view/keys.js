// @ts-check
import { STATES } from '../model/states.js';
import { h } from './dom.js';
import { isDialogOpen, showDialog } from './dialogs.js';
import { recall, remember } from './remembered.js';

const KEY = 'jobsync.shortcuts';

/**
 * @typedef {object} Commands
 * @property {(by: number) => void} move rows
 * @property {(to: 'first' | 'last' | 'page-up' | 'page-down') => void} jump
 * @property {() => void} open
 * @property {(extend: boolean) => void} select
 * @property {() => void} selectAll
 * @property {() => void} escape
 * @property {() => void} search
 * @property {() => void} cancel
 * @property {() => void} start
 * @property {() => void} tasks
 * @property {() => void} data
 * @property {() => void} theme
 * @property {(state: string) => void} toggleState
 */

const HELP = [
  ['/', 'Search'], ['j  k  ↓  ↑', 'Move through the list'], ['Enter', 'Open the job'], ['Space  x', 'Select; with Shift from the last one to here'],
  ['Ctrl A', 'Select all that match'], ['c', 'Cancel the selected jobs, or the open one'], ['n', 'Start a job'], ['l', 'Tasks and limits'], ['d', 'Data'],
  ['1 – 6', 'Show a state'], ['t', 'Light, dark, system'], ['Esc', 'Close, clear'], ['?', 'This list'],
];

/** Whether a key belongs to the element that has the focus. @param {any} target */
const isTyping = (target) =>
  target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type !== 'checkbox');

const areShortcutsOn = () => recall(KEY) !== 'off';

/** @param {HTMLElement} table @param {Commands} commands */
export function listenToKeys(table, commands) {
  addEventListener('keydown', (event) => {
    if (isDialogOpen() || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') {
      if (isTyping(event.target)) /** @type {any} */ (event.target).blur();
      else commands.escape();
      return;
    }
    if (isTyping(event.target)) return;
    const isInTable = event.target === table;
    const isFree = isInTable || event.target === document.body;
    const act = (isFree && moving(event, commands)) || (isInTable && choosing(event, commands)) ||
      (!event.ctrlKey && areShortcutsOn() && shortcut(event.key, commands));
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** @param {KeyboardEvent} event @param {Commands} commands @returns {(() => void) | undefined | false} */
function moving({ key, ctrlKey }, { move, jump }) {
  if (ctrlKey) return undefined;
  switch (key) {
    case 'ArrowDown': return () => move(1);
    case 'ArrowUp': return () => move(-1);
    case 'j': return areShortcutsOn() && (() => move(1));
    case 'k': return areShortcutsOn() && (() => move(-1));
    case 'PageDown': return () => jump('page-down');
    case 'PageUp': return () => jump('page-up');
    case 'Home': return () => jump('first');
    case 'End': return () => jump('last');
  }
}

/** @param {KeyboardEvent} event @param {Commands} commands */
function choosing({ key, ctrlKey, shiftKey }, { open, select, selectAll }) {
  if (ctrlKey) return key === 'a' ? selectAll : undefined;
  if (key === 'Enter') return open;
  return key === ' ' || key === 'x' || key === 'X' ? () => select(shiftKey) : undefined;
}

/** @param {string} key @param {Commands} commands */
function shortcut(key, commands) {
  if (/^[1-6]$/.test(key)) return () => commands.toggleState(STATES[Number(key) - 1]);
  return { '/': commands.search, c: commands.cancel, n: commands.start, l: commands.tasks, d: commands.data, t: commands.theme, '?': helpDialog }[key];
}

export function helpDialog() {
  const box = h('input', { type: 'checkbox' });
  box.checked = areShortcutsOn();
  box.addEventListener('change', () => remember(KEY, box.checked ? 'on' : 'off'));
  const keys = (/** @type {string} */ text) => h('dt', null, ...text.split('  ').flatMap((key, index) => (index ? [' ', h('kbd', null, key)] : [h('kbd', null, key)])));
  const dialog = showDialog(h(
    'div', null, h('h2', null, 'Keyboard'),
    h('dl.keys', null, ...HELP.map(([key, text]) => h('div', null, keys(key), h('dd', null, text)))),
    h('label.check', null, box, 'Single keys are shortcuts'),
    h('div.dialog-actions', null, h('button', { autofocus: true, onclick: () => dialog.close() }, 'Close')),
  ), { label: 'Keyboard' });
}
