import { Jobsync } from '/client/jobsync.js';
import { equal, job, next, nextState, ok, rejects, test } from './harness.js';
import { Socket } from './socket.js';

const QUICK = { WebSocket: Socket, minDelay: 5, maxDelay: 20 };

function make(options = {}) {
  Socket.made = [];
  return new Jobsync('http://example.test', { ...QUICK, ...options });
}

/** A client with a complete list. */
async function live(jobs = [job('a')], options = {}) {
  const client = make(options);
  const connected = client.connect();
  const socket = await Socket.next();
  await socket.load(jobs);
  await connected;
  return { client, socket };
}

test('connects, offers the subprotocol, loads, and is live', async () => {
  const client = make({ filter: { state: 'running' }, interval: 50 });
  const states = [];
  client.addEventListener('state', ({ detail }) => states.push(detail.state));
  const connected = client.connect();
  const socket = await Socket.next();
  equal(socket.url, 'ws://example.test/ws');
  equal(socket.protocols, ['jobsync.v1.json']);
  const asked = await socket.load([job('a'), job('b')]);
  equal(asked, { filter: { state: 'running' }, interval: 50 });
  await connected;
  equal([...client.jobs.keys()], ['a', 'b']);
  equal(states, ['connecting', 'loading', 'live']);
  client.close();
  equal(socket.closedWith, 1000);
});

test('tells who we are', async () => {
  const { client, socket } = await live();
  socket.answer(await socket.asked('session.whoami'), { username: 'igboyes', permissions: ['create_job'] });
  equal(client.session.username, 'igboyes');
  client.close();
});

test('a token is sent before anything else', async () => {
  const client = make({ token: 'secret' });
  client.connect().catch(() => {});
  const socket = (await Socket.next()).open();
  equal(socket.sent.map(({ method, params }) => [method, params]), [['session.authenticate', { token: 'secret' }]]);
  socket.answer(await socket.asked('session.authenticate'), { username: 'x', permissions: [] });
  await socket.load([]);
  equal(client.state, 'live');
  client.close();
});

test('a refused token ends it for good', async () => {
  const client = make({ token: 'wrong' });
  const connected = client.connect();
  const socket = (await Socket.next()).open();
  socket.refuse(await socket.asked('session.authenticate'), { code: -32001, message: 'unknown token', data: { code: 'unauthenticated', retry: false } });
  await rejects(connected, 'unauthenticated');
  equal(client.state, 'closed');
});

test('frames change the list, once each', async () => {
  const { client, socket } = await live([job('a'), job('b')]);
  const changes = [];
  client.addEventListener('change', ({ detail }) => changes.push([detail.put.map(({ _id }) => _id), detail.del]));
  socket.push('jobs.sync', { subscription: 1, seq: 11, put: [job('a', { _version: 2, state: 'running' })], del: ['b', 'unknown'] });
  equal(client.jobs.get('a').state, 'running');
  equal(client.jobs.has('b'), false);
  equal(changes, [[['a'], ['b']]]);
  client.close();
});

test('versions never go back', async () => {
  const held = job('a', { _version: 5, state: 'running' });
  const { client, socket } = await live([held]);
  let changes = 0;
  client.addEventListener('change', () => { changes += 1; });
  socket.push('jobs.sync', { subscription: 1, seq: 11, put: [{ ...held, _version: 4, state: 'waiting' }] });
  socket.push('jobs.sync', { subscription: 1, seq: 12, put: [{ ...held, state: 'waiting' }] });
  equal(client.jobs.get('a').state, 'running');
  equal(changes, 0);
  client.close();
});

test('an id that was given to another job shows that one, though its versions begin anew', async () => {
  const { client, socket } = await live([job('a', { _version: 5, state: 'complete' })]);
  socket.push('jobs.sync', { subscription: 1, seq: 11, put: [job('a', { _version: 0, added: '2031-01-01T00:00:00.000000Z' })] });
  equal(client.jobs.get('a')._version, 0);
  socket.push('tick', { subscription: 1, seq: 11, count: 1, digest: 'e661e31904a09cb6' });
  equal(client.state, 'live');
  client.close();
});

test('a batch is read in order: the load may stand behind the answer in one message', async () => {
  const client = make();
  client.connect();
  const socket = (await Socket.next()).open();
  const { id } = await socket.asked('jobs.subscribe');
  socket.say([
    { jsonrpc: '2.0', id, result: { subscription: 3, epoch: 'e', seq: 1, mode: 'snapshot', count: 1 } },
    { jsonrpc: '2.0', method: 'jobs.sync', params: { subscription: 3, seq: 1, sync: false, put: [job('a')] } },
  ]);
  equal([client.state, client.jobs.size], ['live', 1]);
  client.close();
});

test('comes back with its position and its manifest', async () => {
  const { client, socket } = await live([job('a', { _version: 3 })]);
  socket.push('jobs.sync', { subscription: 1, seq: 25, put: [job('b')] });
  const lost = nextState(client, 'reconnecting');
  socket.end(1006);
  const { attempt, retryIn } = await lost;
  equal(attempt, 1);
  ok(retryIn >= 5 && retryIn <= 10, `${retryIn} lies between the least delay and twice that`);
  const again = await Socket.next();
  const asked = await again.load([job('a', { _version: 4 })], { mode: 'delta', seq: 30, del: ['b'] });
  equal(asked, { resume: { epoch: 'e1', seq: 25 }, manifest: { a: 3, b: 1 } });
  equal([...client.jobs.values()].map(({ _id, _version }) => [_id, _version]), [['a', 4]]);
  equal(client.state, 'live');
  client.close();
});

test('a snapshot replaces what was held', async () => {
  const { client, socket } = await live([job('a'), job('b')]);
  let resets = 0;
  client.addEventListener('reset', () => { resets += 1; });
  socket.end(4001);
  await (await Socket.next()).load([job('c')], { epoch: 'e2' });
  equal([...client.jobs.keys()], ['c']);
  equal(resets, 1);
  client.close();
});

test('half a load has no position, only a manifest', async () => {
  const client = make();
  client.connect();
  const first = (await Socket.next()).open();
  first.answer(await first.asked('jobs.subscribe'), { subscription: 1, epoch: 'e1', seq: 10, mode: 'snapshot', count: 2 });
  first.push('jobs.sync', { subscription: 1, seq: 4, sync: true, put: [job('a')] });
  first.end(1006);
  const asked = await (await Socket.next()).load([job('b')], { mode: 'diff' });
  equal(asked, { manifest: { a: 1 } });
  equal([...client.jobs.keys()], ['a', 'b']);
  client.close();
});

test('versions of another history don’t compare', async () => {
  const { client, socket } = await live([job('a', { _version: 9, state: 'complete' })]);
  socket.end(1012);
  await (await Socket.next()).load([job('a', { _version: 2, state: 'running' })], { mode: 'diff', epoch: 'e2' });
  equal(client.jobs.get('a').state, 'running');
  client.close();
});

test('a list too long for a manifest comes back without one', async () => {
  const many = Array.from({ length: 20_000 }, (_, index) => job(`job-${index}`));
  const { client, socket } = await live(many);
  socket.end(1006);
  const asked = await (await Socket.next()).load([], { mode: 'delta' });
  equal(Object.keys(asked), ['resume']);
  client.close();
});

test('a tick that agrees moves the position', async () => {
  const { client, socket } = await live([job('f41e8c', { _version: 7 }), job('a')]);
  socket.push('tick', { subscription: 1, seq: 90, count: 2, digest: 'ad741c240c3abf96' });
  socket.end(1006);
  const asked = await (await Socket.next()).load([], { mode: 'delta', seq: 90 });
  equal(asked.resume, { epoch: 'e1', seq: 90 });
  client.close();
});

test('a tick that agrees changes nothing; one that differs makes it resync', async () => {
  const { client, socket } = await live([job('f41e8c', { _version: 7 }), job('a')]);
  socket.sent.length = 0;
  socket.push('tick', { subscription: 1, seq: 10, count: 2, digest: 'ad741c240c3abf96' });
  equal(socket.sent, []);
  const disagreed = next(client, 'disagreed');
  socket.push('tick', { subscription: 1, seq: 10, count: 3, digest: 'ad741c240c3abf96' });
  equal(await disagreed, { expected: 3, held: 2 });
  equal((await socket.asked('jobs.unsubscribe')).params, { subscription: 1 });
  const asked = await socket.load([job('b')], { mode: 'diff', subscription: 2, seq: 12 });
  equal(asked, { manifest: { f41e8c: 7, a: 1 } });
  equal([client.state, client.jobs.size], ['live', 3]);
  socket.push('jobs.sync', { subscription: 1, seq: 13, del: ['a'] });
  equal(client.jobs.size, 3, 'a frame of the old subscription is not ours');
  client.close();
});

test('another filter begins anew; another interval goes on', async () => {
  const { client, socket } = await live([job('a')]);
  client.subscribe({ interval: 1000 });
  equal(await socket.load([], { mode: 'delta', subscription: 2 }), { interval: 1000, resume: { epoch: 'e1', seq: 10 } });
  equal(client.jobs.size, 1);
  client.subscribe({ filter: { task: 'nuvs' } });
  equal(client.jobs.size, 0);
  equal(await socket.load([job('b')], { subscription: 3 }), { filter: { task: 'nuvs' }, interval: 1000 });
  equal([...client.jobs.keys()], ['b']);
  client.close();
});

test('calls are answered, refused, and lost', async () => {
  const { client, socket } = await live();
  const good = client.call('jobs.new', { task: 'nuvs' });
  const bad = client.call('jobs.new', { task: 'nuvs', args: {} });
  const lost = client.call('jobs.detail', { _id: 'a' });
  const first = await socket.asked('jobs.new');
  const second = await socket.asked('jobs.new');
  socket.refuse(second, { code: -32022, message: 'args.file: is required', data: { code: 'bad_arguments', retry: false, field: 'args.file' } });
  socket.answer(first, { _id: 'x' });
  equal(await good, { _id: 'x' });
  const error = await rejects(bad, 'bad_arguments');
  equal([error.number, error.data.field, error.retry], [-32022, 'args.file', false]);
  socket.end(1006);
  equal((await rejects(lost, 'disconnected')).data.sent, true);
  equal((await rejects(client.call('jobs.detail'), 'disconnected')).data.sent, false);
  client.close();
});

test('a call without an answer fails in the end', async () => {
  const { client } = await live([], { callTimeout: 10 });
  await rejects(client.call('jobs.detail'), 'timeout');
  client.close();
});

for (const code of [4501, 4502, 4503, 4504, 4507]) {
  test(`${code} means: don’t come back`, async () => {
    const { client, socket } = await live();
    socket.end(code, 'no');
    equal(client.state, 'closed');
    client.retryNow();
    equal(Socket.made.length, 0);
  });
}

test('closed before the first list: connect says why', async () => {
  const client = make();
  const connected = client.connect();
  (await Socket.next()).end(4502, 'you may not look');
  const error = await rejects(connected, 'closed');
  equal(error.message, 'you may not look');
});

test('bye says how long to stay away', async () => {
  const { client, socket } = await live();
  socket.push('bye', { code: 4001, reason: 'draining', after: 40 });
  const lost = nextState(client, 'reconnecting');
  socket.end(4001);
  ok((await lost).retryIn >= 45, 'the server’s time and our own on top');
  client.close();
});

test('something unreadable: back from the last position', async () => {
  const { client, socket } = await live([job('a')]);
  socket.say('{"jsonrpc": "2.0", "method": "jobs.sy');
  equal([client.state, socket.readyState], ['reconnecting', 3]);
  const asked = await (await Socket.next()).load([job('b')], { mode: 'delta' });
  equal(asked.resume, { epoch: 'e1', seq: 10 });
  equal(client.jobs.size, 2);
  client.close();
});

test('silence is questioned, and then taken for death', async () => {
  const { client, socket } = await live([], { heartbeat: 20, patience: 20 });
  await socket.asked('session.whoami');
  const lost = nextState(client, 'reconnecting');
  await socket.asked('session.whoami');
  equal((await lost).reason, 'no sign of life');
  equal(socket.readyState, 3);
  client.close();
});

test('silence is told before it is taken for death, and so is its end', async () => {
  const { client, socket } = await live([job('a')], { notice: 20 });
  socket.answer(await socket.asked('session.whoami'), {});
  const told = [];
  client.addEventListener('silence', ({ detail }) => told.push(detail.isSilent));
  const call = client.call('jobs.detail', { _id: 'a' });
  const request = await socket.asked('jobs.detail');
  const question = await socket.asked('session.whoami'); // for `jobs.detail` may take its time
  equal((await next(client, 'silence')).isSilent, true);
  equal(client.state, 'live');
  socket.answer(question, {});
  socket.answer(request, { job: {} });
  await call;
  equal(told, [true, false]);
  client.close();
});

test('a server that is silent can be left', async () => {
  const { client } = await live([job('a')], { notice: 20 });
  client.call('jobs.detail', { _id: 'a' }).catch(() => {});
  await next(client, 'silence');
  client.retryNow();
  await (await Socket.next()).load([job('a')]);
  equal(client.state, 'live');
  client.close();
});

test('any message is a sign of life', async () => {
  const { client, socket } = await live([], { heartbeat: 20, patience: 60 });
  await socket.asked('session.whoami');
  for (let round = 0; round < 4; round++) {
    await socket.asked('session.whoami');
    socket.push('resources', {});
  }
  equal(client.state, 'live');
  client.close();
});

test('a connection that never opens is given up', async () => {
  const client = make({ heartbeat: 20, patience: 10 });
  client.connect();
  const dead = await Socket.next();
  await (await Socket.next()).load([]);
  equal([dead.readyState, client.state], [3, 'live']);
  client.close();
});

test('the delay grows until a list is complete, and is forgotten then', async () => {
  const client = make({ minDelay: 1, maxDelay: 64, random: () => 1 });
  const delays = [];
  client.addEventListener('state', ({ detail }) => detail.retryIn !== undefined && delays.push(detail.retryIn));
  client.connect();
  for (let round = 0; round < 4; round++) (await Socket.next()).open().end(1006);
  const socket = await Socket.next();
  await socket.load([]);
  socket.end(1006);
  equal(delays, [2, 4, 8, 16, 2]);
  client.close();
});

test('refused for the moment: comes back when the server says so', async () => {
  const client = make();
  client.connect();
  const socket = (await Socket.next()).open();
  const lost = nextState(client, 'reconnecting');
  socket.refuse(await socket.asked('jobs.subscribe'), { code: -32054, message: 'draining', data: { code: 'draining', retry: true, after: 30 } });
  const { retryIn, reason } = await lost;
  ok(retryIn >= 35, `${retryIn} ms is the server’s time and our own on top`);
  equal(reason, 'draining');
  await (await Socket.next()).load([]);
  equal(client.state, 'live');
  client.close();
});

test('a new interval is no new beginning', async () => {
  const { client, socket } = await live();
  let states = 0;
  client.addEventListener('state', () => { states += 1; });
  client.subscribe({ interval: 1000 });
  await socket.load([], { mode: 'delta', subscription: 2 });
  equal(states, 0);
  client.close();
});

test('retryNow does not wait, and never makes a second connection', async () => {
  const { client, socket } = await live([], { minDelay: 1e6, maxDelay: 1e7 });
  socket.end(1006);
  client.retryNow();
  client.retryNow();
  equal(Socket.made.length, 1);
  client.close();
});

test('after close nothing is tried any more', async () => {
  const { client, socket } = await live();
  socket.end(1006);
  client.close();
  await new Promise((resolve) => setTimeout(resolve, 40));
  equal([client.state, Socket.made.length], ['closed', 0]);
});

test('waits for a job’s end', async () => {
  const { client, socket } = await live([job('a'), job('b')]);
  const ended = client.wait('a');
  const removed = client.wait('b');
  socket.push('jobs.sync', { subscription: 1, seq: 11, put: [job('a', { _version: 2, state: 'running' })] });
  socket.push('jobs.sync', { subscription: 1, seq: 12, put: [job('a', { _version: 3, state: 'error' })], del: ['b'] });
  equal((await ended).state, 'error');
  socket.answer(await socket.asked('jobs.find'), { jobs: [], after: null });
  await rejects(removed, 'not_found');
  client.close();
});

test('waits across a lost connection, though the job was archived meanwhile', async () => {
  const { client, socket } = await live([job('a')]);
  const ended = client.wait('a');
  socket.end(1006);
  const again = await Socket.next();
  await again.load([], { mode: 'delta', del: ['a'] });
  again.answer(await again.asked('jobs.find'), { jobs: [job('a', { state: 'complete', archived: true })], after: null });
  equal((await ended).archived, true);
  client.close();
});

test('waits no longer than one lets it', async () => {
  const { client } = await live([job('a')]);
  const patience = new AbortController();
  const ended = client.wait('a', { signal: patience.signal });
  patience.abort(new TypeError('enough'));
  await ended.then(() => ok(false, 'it was not aborted'), (error) => equal(error.message, 'enough'));
  client.close();
});

test('waits for a job that the list doesn’t hold', async () => {
  const { client, socket } = await live([]);
  const archived = client.wait('old');
  const missing = client.wait('none');
  socket.answer(await socket.asked('jobs.find'), { jobs: [job('old', { state: 'complete', archived: true })], after: null });
  socket.answer(await socket.asked('jobs.find'), { jobs: [], after: null });
  equal((await archived).state, 'complete');
  await rejects(missing, 'not_found');
  client.close();
});

test('a log is followed across a lost connection, without gap or repeat', async () => {
  const { client, socket } = await live([job('a')]);
  const text = [];
  const reading = (async () => { for await (const piece of client.tail('a')) text.push(piece.text); })();
  socket.answer(await socket.asked('jobs.tail'), { _id: 'a', offset: 0, size: 4, text: 'eins', ended: false });
  socket.push('jobs.log', { _id: 'a', offset: 4, text: ' zwö', ended: false });
  socket.push('jobs.log', { _id: 'other', offset: 0, text: 'not ours', ended: true });
  socket.end(1006);
  const again = await Socket.next();
  await again.load([], { mode: 'delta' });
  const asked = await again.asked('jobs.tail');
  equal(asked.params, { _id: 'a', offset: 9 }, 'bytes, not characters');
  again.answer(asked, { _id: 'a', offset: 9, size: 9, text: '', ended: false });
  again.push('jobs.log', { _id: 'a', offset: 4, text: ' zwö', ended: false });
  again.push('jobs.log', { _id: 'a', offset: 9, text: ' drei', ended: true });
  await reading;
  equal(text.join(''), 'eins zwö drei');
  await again.asked('jobs.untail');
  client.close();
});

test('a log of no job is an error', async () => {
  const { client, socket } = await live();
  const reading = (async () => { for await (const piece of client.tail('none')) void piece; })();
  socket.refuse(await socket.asked('jobs.tail'), { code: -32004, message: 'There is no job none.', data: { code: 'not_found', retry: false } });
  await rejects(reading, 'not_found');
  client.close();
});
