import { EVERYTHING, matcher, readQuery, writeQuery } from '/model/filter.js';
import { KEYS, nextSort, readSort, writeSort } from '/model/sorting.js';
import { STATES } from '/model/states.js';
import { Store } from '/model/store.js';
import { equal, job, ok, test } from './harness.js';

const view = (store) => Array.from({ length: store.length }, (_, index) => store.at(index)._id);

/** A generator that says the same every time, so that a failure can be repeated. */
function dice(seed) {
  return (sides) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * sides);
  };
}

const TASKS = ['nuvs', 'add_host', 'create_sample', 'zeta', 'alpha'];
const USERS = ['mrott', 'igboyes', 'zoe', 'ann'];

test('shows what matches, what happens now first, then newest first', () => {
  const store = new Store();
  store.put(job('old', { state: 'complete' }));
  store.put(job('run', { state: 'running' }));
  store.put(job('new', { state: 'complete' }));
  store.put(job('bad', { state: 'error' }));
  store.put(job('wait'));
  store.flush();
  equal(view(store), ['run', 'wait', 'bad', 'new', 'old']);
  store.setFilter({ ...EVERYTHING, states: new Set(['complete', 'error']) });
  store.flush();
  equal(view(store), ['bad', 'new', 'old']);
  equal(store.counts, { waiting: 1, running: 1, cancelling: 0, complete: 2, error: 1, cancelled: 0 });
});

test('a change that moves nothing moves nothing', () => {
  const store = new Store();
  store.put(job('a', { state: 'running' }));
  store.flush();
  const generation = store.generation(store.slotAt(0));
  store.put({ ...store.at(0), _version: 2, progress: 0.5 });
  equal(store.flush(), false);
  ok(store.generation(store.slotAt(0)) !== generation, 'but the row is written');
});

test('while frozen no row moves, and a removed one goes', () => {
  const store = new Store();
  for (const id of ['a', 'b', 'c']) store.put(job(id, { state: 'running' }));
  store.flush();
  equal(view(store), ['c', 'b', 'a']);
  store.isFrozen = true;
  store.put({ ...store.get('c'), state: 'complete' });
  store.put(job('d', { state: 'running' }));
  store.remove('b');
  store.flush();
  equal(view(store), ['c', 'a']);
  equal(store.pendingMoves, 2);
  store.thaw();
  store.flush();
  equal(view(store), ['d', 'a', 'c']);
});

test('slots are used again without mixing up jobs', () => {
  const store = new Store();
  for (let index = 0; index < 3000; index++) store.put(job(`j${index}`));
  store.flush();
  for (let index = 0; index < 3000; index += 2) store.remove(`j${index}`);
  store.flush();
  for (let index = 0; index < 1500; index++) store.put(job(`k${index}`));
  store.flush();
  equal([store.size, store.length, store.jobs.length], [3000, 3000, 3000]);
  equal(new Set(view(store)).size, 3000);
});

test('counts tasks and users', () => {
  const store = new Store();
  store.put(job('a', { task: 'nuvs', username: 'ann' }));
  store.put(job('b', { task: 'nuvs', username: 'zoe' }));
  store.put({ ...store.get('b'), _version: 2, state: 'running' });
  store.remove('a');
  equal([[...store.facets.task], [...store.facets.username]], [[['nuvs', 1]], [['zoe', 1]]]);
  store.clear();
  store.flush();
  equal([store.size, store.length, store.counts.running, store.facets.task.size], [0, 0, 0, 0]);
});

for (const by of Object.keys(KEYS)) {
  test(`by ${by}: the view that is kept up is the view made from scratch`, () => {
    const roll = dice(42);
    const store = new Store();
    const held = new Map();
    const filters = [EVERYTHING, { ...EVERYTHING, states: new Set(['running', 'waiting']) }, { ...EVERYTHING, text: 'a' }, { ...EVERYTHING, task: 'nuvs' }];
    store.setSort({ by, descending: roll(2) === 1 });
    for (let round = 0; round < 60; round++) {
      for (let change = roll(80); change > 0; change--) {
        const id = `j${roll(400)}`;
        const before = held.get(id);
        if (before && roll(5) === 0) {
          held.delete(id);
          store.remove(id);
        } else {
          const state = STATES[roll(STATES.length)];
          const updated = new Date(Date.UTC(2016, 8, 1, 0, 0, roll(10_000))).toISOString();
          const fresh = before ?? job(id, { task: TASKS[roll(TASKS.length)], username: USERS[roll(USERS.length)], proc: roll(8), mem: roll(32) });
          const after = { ...fresh, _version: fresh._version + 1, state, progress: roll(100) / 100, updated };
          held.set(id, after);
          store.put(after);
        }
      }
      if (roll(10) === 0) store.setFilter(filters[roll(filters.length)]);
      store.isFrozen = roll(4) === 0;
      store.flush();
    }
    store.thaw();
    store.flush();
    const matches = matcher(store.filter);
    const ranks = { rank: (field, name) => [...store.facets[field].keys()].sort((a, b) => a.localeCompare(b)).indexOf(name) };
    const key = (each) => KEYS[by](each, ranks) * (store.sort.descending ? -1 : 1);
    const expected = [...held.values()].filter(matches).sort((a, b) => key(a) - key(b) || Date.parse(b.added) - Date.parse(a.added) || (a._id < b._id ? -1 : 1));
    equal(view(store), expected.map(({ _id }) => _id));
    equal(Object.values(store.counts).reduce((sum, each) => sum + each), held.size);
  });
}

test('jobs made in the same millisecond keep their order', () => {
  const store = new Store();
  store.setSort({ by: 'added', descending: false });
  for (const micro of ['300', '001', '2']) store.put(job(`j${micro}`, { added: `2016-08-25T11:48:22.375${micro}Z` }));
  store.flush();
  equal(view(store), ['j001', 'j2', 'j300']);
});

test('search: every word somewhere', () => {
  const found = (text) => matcher({ ...EVERYTHING, text })(job('f41e8c', { task: 'pathoscope_bowtie', username: 'igboyes' }));
  equal(['F41', 'pathoscope bowtie', 'scope_bow', 'igb f41', '', '  '].map(found), [true, true, true, true, true, true]);
  equal(['nuvs', 'f41 nuvs', 'f42'].map(found), [false, false, false]);
});

test('the address bar and back', () => {
  const query = 'state=running,error&task=nuvs&username=ann&q=f41&sort=-added&job=x1';
  const read = readQuery(new URLSearchParams(query));
  equal(read, { filter: { states: new Set(['running', 'error']), task: 'nuvs', username: 'ann', text: 'f41' }, sort: '-added', job: 'x1', isAlone: false });
  equal(readQuery(new URLSearchParams('job=x1&view=page')).isAlone, true);
  equal(readQuery(new URLSearchParams('view=page')).isAlone, false);
  equal(writeQuery(read), `?${query}`);
  equal(writeQuery({ filter: EVERYTHING, sort: '', job: '' }), '');
  equal(readQuery(new URLSearchParams('state=nonsense,running')).filter.states, new Set(['running']));
});

test('sorts: read, written, clicked', () => {
  equal(readSort('-added'), { by: 'added', descending: true });
  equal(readSort('nonsense'), { by: 'state', descending: false });
  equal([writeSort(readSort('')), writeSort(readSort('-updated'))], ['', '-updated']);
  equal(nextSort('added', readSort('')), { by: 'added', descending: true });
  equal(nextSort('added', readSort('-added')), { by: 'added', descending: false });
  equal(nextSort('task', readSort('-added')), { by: 'task', descending: false });
});
