// @ts-check

/**
 * @typedef {{stage: string | null, progress: number, error: any, state: string, date: string}} Status
 * @typedef {'done' | 'now' | 'failed' | 'stopped' | 'todo'} Phase
 * @typedef {{name: string, phase: Phase, begin: number, end: number | null}} Step `end` is null while it goes on
 */

export const QUEUED = ''; // the name of the time before the first stage

/** A job's stages with their times, from its status history.
 * @param {Status[]} history
 * @param {string[]} stages in order
 * @returns {Step[]} */
export function timeline(history, stages) {
  if (history.length === 0) return stages.map((name) => ({ name, phase: 'todo', begin: NaN, end: null }));
  const last = history[history.length - 1];
  const start = history.find(({ state }) => state === 'running');
  const isOver = last.state === 'complete' || last.state === 'error' || last.state === 'cancelled';
  const over = isOver ? Date.parse(last.date) : null;
  const added = Date.parse(history[0].date);
  const entered = stages.map((name) => history.find(({ stage, state }) => stage === name && state === 'running'));
  const reached = entered.findLastIndex(Boolean);

  const steps = stages.map((name, index) => {
    const entry = entered[index];
    if (!entry) return step(name, reached > index ? 'done' : 'todo', NaN, null);
    const next = entered.slice(index + 1).find(Boolean);
    const end = next ? Date.parse(next.date) : over;
    return step(name, index === reached ? ending(last.state) : 'done', Date.parse(entry.date), end);
  });
  const queuedUntil = start ? Date.parse(start.date) : over;
  return [step(QUEUED, start ? 'done' : ending(last.state), added, queuedUntil), ...steps];
}

/** @param {string} name @param {Phase} phase @param {number} begin @param {number | null} end @returns {Step} */
const step = (name, phase, begin, end) => ({ name, phase, begin, end });

/** What became of the step in which the job is, or was when it ended. @param {string} state @returns {Phase} */
function ending(state) {
  if (state === 'complete') return 'done';
  if (state === 'error') return 'failed';
  return state === 'cancelled' ? 'stopped' : 'now';
}
