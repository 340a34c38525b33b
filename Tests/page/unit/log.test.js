import { readLine } from '/model/log/ansi.js';
import { Chunks } from '/model/log/chunks.js';
import { Lines } from '/model/log/lines.js';
import { Log } from '/model/log/log.js';
import { columns, cuts } from '/model/log/width.js';
import { equal, ok, test } from './harness.js';

const E = '\u001b';
const said = (source) => readLine(source).text;
const styles = (source) => readLine(source).spans?.map(({ text, style }) => [text, style?.classes ?? null]) ?? null;

test('what a terminal would show of a line', () => {
  equal(said('plain'), 'plain');
  equal(said('10%\r20%\r100%'), '100%');
  equal(said('abc\rX'), 'Xbc');
  equal(said(`abc\rX${E}[K`), 'X');
  equal(said('ab\bc'), 'ac');
  equal(said('a\tb'), 'a       b');
  equal(said(`a${E}[3Cb${E}[2Dc`), 'a  cb');
  equal(said(`${E}[5Gx`), '    x');
  equal(said(`${E}]0;title\u0007a${E}]8;;http://x${E}\\b${E}(Bc${E}`), 'abc');
  equal(said(`${E}[99999999999Cx`).length, 20_001);
  equal(said(`a${E}[12`), 'a12', 'a sequence that never ends');
  equal(said('a\u0000\u0007\u009bb'), 'ab');
});

test('styles of a line', () => {
  equal(styles('plain'), null);
  equal(styles(`${E}[31mred${E}[0m plain`), [['red', 'front-1'], [' plain', null]]);
  equal(styles(`${E}[1;4;97;44mx${E}[22;24my${E}[39;49mz`), [['x', 'bold underline front-15 back-4'], ['y', 'front-15 back-4'], ['z', null]]);
  equal(styles(`${E}[38;5;9mx`), [['x', 'front-9']]);
  equal(readLine(`${E}[38;5;196;48;2;1;2;999mx`).spans[0].style, { classes: 'front-own back-own', color: 'rgb(255 0 0)', background: 'rgb(1 2 255)' });
  equal(readLine(`${E}[38;5;244mx`).spans[0].style.color, 'rgb(128 128 128)');
  equal(styles(`${E}[31ma\r${E}[32mb`), [['b', 'front-2']]);
  equal(styles(`${E}[38mx${E}[777my`), null);
});

test('columns, and where lines are cut', () => {
  equal([columns('abc'), columns('中文'), columns('e\u0301'), columns('')], [3, 4, 1, 0]);
  equal(cuts('abcdefg', 3), [0, 3, 6]);
  equal(cuts('', 3), [0]);
  equal(cuts('中文字', 4), [0, 2]);
  equal(cuts('e\u0301e\u0301', 1), [0, 2]);
});

test('lines grow at both ends, and their rows are counted', () => {
  const lines = new Lines(['one', 'two']);
  for (let n = 0; n < 3000; n++) lines.append({ start: 10_000 + n * 10, width: n % 2 ? 25 : 10, stage: n < 5 ? 'one' : 'two' });
  lines.wrap(10);
  equal([lines.length, lines.rows, lines.rowsBefore(2), lines.lineOfRow(3), lines.lineOfRow(4)], [3000, 6000, 4, 1, 2]);
  lines.prepend(Array.from({ length: 1000 }, (_, n) => ({ start: n * 10, width: 1, stage: 'one' })));
  equal([lines.length, lines.rows, lines.start(0), lines.start(1000), lines.at(10_005), lines.at(0)], [4000, 7000, 0, 10_000, 1000, 0]);
  equal([lines.firstOf('one'), lines.firstOf('two'), lines.firstOf('three'), lines.stage(0)], [0, 1005, -1, 'one']);
  equal([lines.isFirstOfStage(0), lines.isFirstOfStage(1), lines.isFirstOfStage(1005)], [true, false, true]);
  lines.append({ start: 40_000, width: 5, stage: 'unknown' });
  lines.replaceLast({ start: 40_000, width: 45, stage: '' });
  equal([lines.rows, lines.stage(4000)], [7005, '']);
  lines.wrap(Infinity);
  equal(lines.rows, 4001);
});

/** A server's copy of a log, and what was asked of it. */
function served(text) {
  const bytes = new TextEncoder().encode(text);
  const asked = [];
  return { bytes, asked, read: async (from, to) => {
    asked.push([from, to]);
    return bytes.slice(from, to);
  } };
}

test('chunks: what is not at hand is fetched once, and not all is kept', async () => {
  const { bytes, asked, read } = served('0123456789'.repeat(1_000_000));
  const chunks = new Chunks(read);
  equal(chunks.get(5, 8), null);
  await Promise.all([chunks.fetch(5, 8, bytes.length), chunks.fetch(6, 9, bytes.length)]);
  equal(asked, [[0, 131_072]]);
  equal([...chunks.get(5, 8)], [53, 54, 55]);
  await chunks.fetch(131_070, 131_075, bytes.length);
  equal(chunks.get(131_070, 131_075).length, 5);
  for (let at = 0; at < bytes.length; at += 100_000) await chunks.fetch(at, at + 1, bytes.length);
  equal(chunks.get(5, 8), null);
  chunks.put(20_000_000, new Uint8Array(300_000).fill(7));
  equal(chunks.get(20_100_000, 20_299_999).every((each) => each === 7), true);
});

test('a log is known to its beginning, and every line says what it said', async () => {
  const all = Array.from({ length: 60_000 }, (_, n) => (n % 1000 ? `line ${n} ä` : 'x'.repeat(40_000)));
  const { bytes, read } = served(`${all.join('\n')}\n`);
  const tail = bytes.lastIndexOf(10, bytes.length - 50_000) + 1;
  const log = new Log({ offset: tail, stages: [], read });
  log.append(new TextDecoder().decode(bytes.subarray(tail)));
  const before = log.lines.length;
  await log.whole(() => {}, new AbortController().signal);
  equal([log.head, log.size, log.lines.start(0)], [0, bytes.length, 0]);
  ok(log.lines.length > before, 'there are more');
  const read_ = [];
  await log.scan(({ text }) => read_.push(text) > 0, { signal: new AbortController().signal });
  equal(read_.join(''), all.join(''));
  const middle = log.lines.at(bytes.length / 2);
  if (!log.line(middle)) await log.fetch(middle, middle);
  equal(log.line(middle).text, read_[middle]);
});

test('a log without a line feed ends too', async () => {
  const { bytes, read } = served('y'.repeat(3_000_000) + '\n');
  const log = new Log({ offset: bytes.length, stages: [], read });
  await log.whole(() => {}, new AbortController().signal);
  equal([log.head, log.lines.start(0)], [0, 0]);
});
