import { backoff } from '/client/backoff.js';
import { Digest, hash } from '/client/digest.js';
import { perform, summary } from '/model/actions.js';
import { ArgumentProblem, argumentText, parseArgument } from '/model/arguments.js';
import { bytes, count, duration, list, percent, timestamp, title } from '/model/format.js';
import { Selection } from '/model/selection.js';
import { timeline } from '/model/timeline.js';
import { equal, ok, test, throws } from './harness.js';

const hex = ([high, low]) => high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');

test('backoff: full jitter between the least delay and a ceiling that doubles up to the most', () => {
  const at = (attempt, random) => backoff(attempt, { minDelay: 250, maxDelay: 20_000, random: () => random });
  equal([at(0, 0), at(0, 1), at(3, 1), at(50, 1), at(50, 0), at(5000, 1)], [250, 500, 4000, 20_000, 250, 20_000]);
});

test('digest: FNV-1a-64 of id and version, by XOR', () => {
  equal(hex(hash('f41e8c', 7)), '4b15f83d089a21ff');
  equal(hex(hash('job-with-a-longer-name_01', 123456)), '13be0621c655cf40');
  const digest = new Digest();
  equal(String(digest), '0000000000000000');
  digest.toggle('f41e8c', 7);
  digest.toggle('a', 1);
  equal(String(digest), 'ad741c240c3abf96');
  digest.toggle('a', 1);
  equal(String(digest), '4b15f83d089a21ff');
});

test('durations in two units', () => {
  equal([-5, 0, 59_999, 60_000, 3_599_000, 3_600_000, 86_400_000, 90_000_000, 9e8].map(duration), ['0 s', '0 s', '59 s', '1m 0s', '59m 59s', '1h 0m', '1d 0h', '1d 1h', '10 d']);
});

test('no 100 % before the end', () => {
  equal([0, 0.429, 0.999, 1].map(percent), ['0%', '43%', '99%', '100%']);
});

test('words and amounts', () => {
  equal([title('bowtie_build'), count(1, 'job'), count(1234, 'job'), list(['a', 'b', 'c']), list(['a'])], ['Bowtie build', '1 job', '1,234 jobs', 'a, b and c', 'a']);
  equal([0, 999, 1000, 1536, 1_930_000_000].map(bytes), ['0 B', '999 B', '1.0 KB', '1.5 KB', '1.8 GB']);
});

test('dates are RFC 3339 in local time and name the same moment', () => {
  const text = timestamp('2016-08-25T11:48:22.375557Z');
  ok(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/.test(text), text);
  equal(Date.parse(text.replace(' ', 'T')), Date.parse('2016-08-25T11:48:22Z'));
  equal(timestamp('not a date'), 'not a date');
});

const argument = (type, more = {}) => ({ name: 'x', type, required: false, ...more });

test('arguments: each type as its value', () => {
  equal(parseArgument(argument('string'), ' a b '), 'a b');
  equal(parseArgument(argument('integer'), '-12'), -12);
  equal(parseArgument(argument('number'), '1e-3'), 0.001);
  equal(parseArgument(argument('boolean'), true), true);
  equal(parseArgument(argument('path'), 'hosts/a.fa'), 'hosts/a.fa');
  equal(parseArgument(argument('list'), 'a\n\n b \n'), ['a', 'b']);
  equal(parseArgument(argument('list', { items: 'integer' }), '1\n2'), [1, 2]);
  equal(parseArgument(argument('object'), '{"a": [1]}'), { a: [1] });
  equal(parseArgument(argument('integer', { enum: [1, 2] }), '2'), 2);
  equal(parseArgument(argument('string'), ''), undefined);
});

test('arguments: what is wrong is said', () => {
  const wrong = (type, text, pattern, more) => throws(() => parseArgument(argument(type, more), text), ArgumentProblem, pattern);
  wrong('string', '', /is required/, { required: true });
  wrong('integer', '1.5', /whole number, not “1.5”/);
  wrong('integer', '99999999999999999999', /whole number/);
  wrong('number', 'much', /a number/);
  wrong('integer', '0', /at least 1/, { min: 1 });
  wrong('number', '1.1', /at most 1/, { max: 1 });
  wrong('object', '[1]', /JSON object/);
  wrong('object', '{', /must be JSON/);
  wrong('list', '1\nx', /whole number, not “x”/, { items: 'integer' });
  wrong('list', '1\n\n2\n3', /at most 2 lines, and has 3/, { max_items: 2 });
});

test('arguments: an earlier job’s value and the default as text', () => {
  equal(argumentText(argument('list', { default: ['a'] })), 'a');
  equal(argumentText(argument('list', { default: ['a'] }), ['b', 'c']), 'b\nc');
  equal(argumentText(argument('object'), { a: 1 }), '{\n  "a": 1\n}');
  equal([argumentText(argument('boolean', { default: false })), argumentText(argument('string'))], ['false', '']);
});

const at = (minute) => new Date(Date.UTC(2016, 7, 25, 11, minute)).toISOString();
const entry = (state, minute, stage = null) => ({ state, stage, progress: 0, error: null, date: at(minute) });
const phases = (history) => timeline(history, ['one', 'two', 'three']).map(({ phase }) => phase);
const minutes = (history) => timeline(history, ['one', 'two', 'three']).map(({ begin, end }) => (end === null ? null : (end - begin) / 60_000));

test('stages of a waiting, a running, a complete job', () => {
  equal(phases([entry('waiting', 0)]), ['now', 'todo', 'todo', 'todo']);
  const running = [entry('waiting', 0), entry('running', 2, 'one'), entry('running', 5, 'two')];
  equal(phases(running), ['done', 'done', 'now', 'todo']);
  equal(minutes(running), [2, 3, null, null]);
  const complete = [...running, entry('running', 6, 'three'), entry('complete', 10, 'three')];
  equal(phases(complete), ['done', 'done', 'done', 'done']);
  equal(minutes(complete), [2, 3, 1, 4]);
});

test('stages of a failed, a stopped, a never started job', () => {
  const begun = [entry('waiting', 0), entry('running', 1), entry('running', 2, 'one')];
  equal(phases([...begun, entry('error', 4, 'one')]), ['done', 'failed', 'todo', 'todo']);
  equal(phases([...begun, entry('cancelling', 3, 'one')]), ['done', 'now', 'todo', 'todo']);
  equal(phases([...begun, entry('cancelling', 3, 'one'), entry('cancelled', 4, 'one')]), ['done', 'stopped', 'todo', 'todo']);
  equal(minutes([entry('waiting', 0), entry('cancelled', 3)]), [3, null, null, null]);
  equal(phases([entry('waiting', 0), entry('cancelled', 3)]), ['stopped', 'todo', 'todo', 'todo']);
});

test('what became of many', () => {
  const error = (code, message) => ({ code: -1, message, data: { code } });
  equal(summary('cancel', ['cancelled', 'cancelled', 'cancelling', error('bad_state')]), '2 cancelled, 1 stopping and 1 had already ended');
  equal(summary('archive', ['archived', error('not_found')]), '1 archived and 1 job no longer there');
  equal(summary('remove', [error('unavailable', 'the disk is full')]), '1 failed: the disk is full');
});

test('more than a thousand go in several calls', async () => {
  const sizes = [];
  const client = { call: async (method, { _id }) => {
    sizes.push(_id.length);
    return { jobs: Object.fromEntries(_id.map((id) => [id, 'cancelled'])) };
  } };
  const told = [];
  const outcomes = await perform(client, 'cancel', Array.from({ length: 2500 }, (_, index) => `j${index}`), (done) => told.push(done));
  equal(summary('cancel', outcomes.map(({ outcome }) => outcome)), '2,500 cancelled');
  equal(outcomes[2499], { _id: 'j2499', outcome: 'cancelled' });
  equal(sizes, [1000, 1000, 500]);
  equal(told, [1000, 2000, 2500]);
});

test('selection: tick, extend, forget', () => {
  const selection = new Selection();
  let order = 'abcdef';
  const rows = { at: (index) => ({ _id: order[index] }), indexOf: (id) => (id ? order.indexOf(id) : -1) };
  selection.extend(0, rows);
  equal([...selection], ['a']);
  selection.clear();
  selection.toggle('b');
  selection.extend(3, rows);
  equal([...selection], ['b', 'c', 'd']);
  selection.toggle('c');
  selection.remove(['d', 'unknown']);
  equal([...selection], ['b']);
  order = 'xbcadef'; // `c` was touched last, wherever it is now
  selection.extend(3, rows);
  equal([...selection], ['b', 'c', 'a']);
  equal(selection.retain((id) => id !== 'c'), 1);
  equal([...selection], ['b', 'a']);
  selection.clear();
  equal(selection.size, 0);
});
