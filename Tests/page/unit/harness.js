// As little of a test framework as will do: names, deep equality, and a report.

const LONGEST = 10_000; // milliseconds for one test: a promise that never comes is a failure, not a hang
const tests = [];

export function test(name, body) {
  tests.push({ name, body });
}

export async function run() {
  const results = [];
  for (const { name, body } of tests) {
    let timer;
    const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('did not end')), LONGEST); });
    try {
      await Promise.race([body(), late]);
      results.push({ name, problem: null });
    } catch (error) {
      results.push({ name, problem: String(error?.stack ?? error) });
    }
    clearTimeout(timer);
  }
  return results;
}

const plain = (value) => JSON.stringify(value, (_, each) => {
  if (each instanceof Set) return ['a set', ...each];
  if (each instanceof Map) return ['a map', ...each];
  if (typeof each === 'number' && !Number.isFinite(each)) return String(each);
  return each === undefined ? 'undefined' : each;
});

export function equal(actual, expected, what = '') {
  if (plain(actual) !== plain(expected)) throw new Error(`${what}\n  expected ${plain(expected)}\n  got      ${plain(actual)}`);
}

export function ok(condition, what) {
  if (!condition) throw new Error(`not so: ${what}`);
}

export function throws(body, Kind, pattern) {
  try {
    body();
  } catch (error) {
    ok(error instanceof Kind, `${error} is a ${Kind.name}`);
    ok(pattern.test(error.message), `“${error.message}” matches ${pattern}`);
    return;
  }
  throw new Error('nothing was thrown');
}

export async function rejects(promise, code) {
  try {
    await promise;
  } catch (error) {
    equal(error.code, code, String(error));
    return error;
  }
  throw new Error('did not reject');
}

export const next = (target, type) => new Promise((resolve) => target.addEventListener(type, ({ detail }) => resolve(detail), { once: true }));

export const nextState = (client, state) => new Promise((resolve) => {
  client.addEventListener('state', function look({ detail }) {
    if (detail.state !== state) return;
    client.removeEventListener('state', look);
    resolve(detail);
  });
});

let made = 0;

/** A minimal document; later ones are newer. */
export function job(id, more = {}) {
  made += 1;
  const added = new Date(Date.UTC(2016, 7, 25, 11, 0, made)).toISOString();
  return { _id: id, _version: 1, task: 'nuvs', proc: 1, mem: 4, username: 'igboyes', archived: false, added, state: 'waiting', progress: 0, stage: null, updated: added, ...more };
}
