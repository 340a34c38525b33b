import { contigsOf, contigsSentence, fasta } from '/model/contigs.js';
import { coverageInWords, diagnosisSentence, viruses } from '/model/diagnosis.js';
import { measured, share, short } from '/model/format.js';
import { keptThings, kindsOf, label } from '/model/kept.js';
import { amount, amounts, named, object, objects, words } from '/model/reading.js';
import { ticks } from '/view/results/plot.js';
import { equal, test } from './harness.js';

test('shares: a tenth of a percent, never all that is not all', () => {
  equal([0, -1, 0.00001, 0.0004, 0.0142, 0.44068, 0.31, 0.99999, 1, 1.2].map(share), ['0%', '0%', '<0.01%', '0.04%', '1.4%', '44.1%', '31.0%', '99.9%', '100%', '100%']);
});

test('measured values and short ones', () => {
  equal([0, 0.98123, 12.345, 1234.56, -2000].map(measured), ['0', '0.981', '12.3', '1,235', '-2,000']);
  equal([0, 950, 12_000, 3_400_000].map(short), ['0', '950', '12K', '3.4M']);
});

test('what is not there reads as nothing', () => {
  equal([null, 3, [], 'x'].map(object), [{}, {}, {}, {}]);
  equal(objects([1, null, { a: 1 }, []]), [{ a: 1 }]);
  equal([1.5, '1', NaN, Infinity, null].map(amount), [1.5, null, null, null, null]);
  equal([amounts([1, 'x', null]), amounts('12')], [[1, 0, 0], []]);
  equal([words('a'), words(3), words(null), words({})], ['a', '3', '', '']);
  equal([named({ id: 'v', name: 'Viruses' }), named({ id: 'v' }), named('v'), named(null)], ['Viruses', 'v', 'v', '']);
});

const entry = (id, virus, isolate, pi, more = {}) => ({ id, pi, reads: pi * 1000, virus: { id: virus, name: `Virus ${virus}` }, isolate: { id: isolate, name: `isolate ${isolate}` }, ...more });

test('a diagnosis is grouped by virus and isolate, the greatest share first', () => {
  const found = viruses([entry('s1', 'a', 'x', 0.3), entry('s2', 'b', 'y', 0.25), entry('s3', 'b', 'z', 0.05), entry('s4', 'b', 'y', 0.28)]);
  equal(found.map(({ name, share: part, reads }) => [name, part.toFixed(2), reads]), [['Virus b', '0.58', 580], ['Virus a', '0.30', 300]]);
  equal(found[0].isolates.map(({ name, sequences }) => [name, sequences.map(({ id }) => id)]), [['isolate y', ['s4', 's2']], ['isolate z', ['s3']]]);
});

test('isolates of the same name belong to their virus', () => {
  equal(viruses([entry('s1', 'a', 'x', 0.3), entry('s2', 'b', 'x', 0.2)]).map(({ isolates }) => isolates.length), [1, 1]);
});

test('a diagnosis from another version', () => {
  equal(viruses([{}, { virus: 'v1', pi: '0.5' }]).map(({ name, share: part }) => [name, part]), [['Unnamed virus', 0], ['v1', 0]]);
  equal([viruses(null), viruses({})], [[], []]);
});

test('what was found, in a sentence', () => {
  const some = (count) => Array.from({ length: count }, () => ({ finding: null }));
  equal(diagnosisSentence({ read_count: 2542, subtracted_count: 121 }, some(3)), '3 viruses were found in 2,542 matching reads; 121 reads were the host’s.');
  equal(diagnosisSentence({ read_count: 1, subtracted_count: 0 }, some(1)), '1 virus was found in 1 matching read; no read was the host’s.');
  equal(diagnosisSentence({ subtracted_count: 1 }, []), 'No virus was found. 1 read that fitted one was the host’s.');
  equal([diagnosisSentence({ subtracted_count: 0 }, []), diagnosisSentence({}, some(2))], ['No virus was found.', '2 viruses were found.']);
});

test('what was found, and how sure that is', () => {
  const of = (...verdicts) => verdicts.map((verdict) => ({ finding: { verdict } }));
  const result = { read_count: 422, sample_reads: 12000, subtracted_count: 0 };
  equal(diagnosisSentence(result, of('found', 'uncertain', 'weak', 'weak')), '1 virus was found, 1 is uncertain, 2 have weak support; 422 of 12,000 reads fit a virus; no read was the host’s.');
  equal(diagnosisSentence({ ...result, paired: true, subtracted_count: 1 }, of('found')), '1 virus was found; 422 of 12,000 pairs fit a virus; 1 pair was the host’s.');
  equal(diagnosisSentence({ sample_reads: 1, read_count: 1 }, of('weak')), 'No virus was found for sure, 1 has weak support; 1 of 1 read fit a virus.');
});

test('what is judged of a virus, the surest first', () => {
  const findings = [
    { virus: { id: 'a' }, verdict: 'weak', reasons: [{ code: 'few_reads', text: '1 read' }, { code: 'narrow' }], reads: 1, share: 0.005, breadth: 0.02, depth: 0.02 },
    { virus: { id: 'b' }, verdict: 'found', reasons: 'no list' }, { virus: { id: 'c' }, verdict: 'of another version' },
  ];
  const found = viruses([entry('s1', 'a', 'x', 0.9), entry('s2', 'c', 'y', 0.04), entry('s3', 'b', 'y', 0.03)], findings);
  equal(found.map(({ name, finding }) => [name, finding.verdict, finding.reasons]), [['Virus b', 'found', []], ['Virus c', 'uncertain', []], ['Virus a', 'weak', ['1 read', 'narrow']]]);
  equal([found[2].finding.breadth, found[0].finding.breadth], [0.02, null]);
});

test('coverage in words', () => {
  const about = (depths, more = {}) => coverageInWords({ depths, length: 1000, depth: null, ...more });
  equal(about([1, 2, 3, 2]), 'Mean depth 2, greatest 3 around 625 of 1,000 nt, no gap.');
  equal(about([0, 4, 0, 0]), 'Mean depth 1, greatest 4 around 375 of 1,000 nt, 2 gaps: 1 to 250, 501 to 1,000.');
  equal(about([0, 1, 0, 1, 0, 1, 0, 1]), 'Mean depth 0.5, greatest 1 around 188 of 1,000 nt, 4 gaps: 1 to 125, 251 to 375, 501 to 625 and others.');
  equal([about([]), about([1], { length: null, depth: 7.25 })], ['', 'Mean depth 7.3, greatest 1 around 1 of 1 nt, no gap.']);
});

const hit = (label, full_e, full_score = 10) => ({ profile: `p ${label}`, label, full_e, full_score });

test('contigs: the surest hit first, open reading frames along the contig', () => {
  const found = contigsOf([
    { index: 7, sequence: 'ACGT', orfs: [{ pos: [50, 90], frame: 2, strand: -1, hits: [hit('weak', 1e-3)] }] },
    { index: 8, length: 100, orfs: [{ pos: [60, 20], frame: 0, strand: 1, hits: [hit('b', 1e-20), hit('a', 1e-50)] }, { pos: [3, 9], hits: [] }] },
  ]);
  equal(found.map(({ name, length, best }) => [name, length, best.label]), [['Contig 8', 100, 'a'], ['Contig 7', 90, 'weak']]);
  equal(found[0].orfs.map(({ number, start, end, frame, family }) => [number, start, end, frame, family]), [[1, 3, 9, '+1', null], [2, 20, 60, '+1', 0]]);
  equal(found[1].orfs.map(({ frame, isForward, family }) => [frame, isForward, family]), [['−3', false, 1]]);
});

test('contigs in a sentence', () => {
  equal(contigsSentence({ contig_count: 9, read_count: 5213 }, contigsOf([{}])), '1 of 9 contigs assembled from 5,213 reads looks like a virus: an open reading frame of it fits a protein family of viruses.');
  equal([contigsSentence({ contig_count: 0 }, []), contigsSentence({}, [])], ['No sign of a novel virus was found: nothing could be assembled.', 'No sign of a novel virus was found.']);
});

test('FASTA: one line of head whatever it is called, the same name for no two contigs, seventy letters a line', () => {
  const nearest = { id: 'evil\n>x', virus: { name: 'TMV 1' }, identity: 0.93 };
  const contig = { index: 1, sequence: 'ACGT'.repeat(20), reads: 9, depth: 4.5, verdict: 'known', nearest };
  const result = { id: 'f41e8c', sample: { id: 'leaf', name: 'A leaf' } };
  const told = 'sample=leaf length=80 reads=9 depth=4.5';
  const known = 'verdict=known nearest=evil__x virus=TMV_1 identity=0.93';
  const lines = `${'ACGT'.repeat(17)}AC\n${'GTACGTACGT'}\n`;
  const all = [...contigsOf([contig, contig]), ...contigsOf([contig], false)];
  equal(fasta(all, result), [`>f41e8c_contig_1 ${told} ${known}\n`, `>f41e8c_contig_1_2 ${told} ${known}\n`, `>f41e8c_contig_other_0 ${told} no_viral_protein ${known}\n`].map((head) => head + lines).join(''));
});

test('ticks are round', () => {
  equal([ticks(1, 100, 6), ticks(0, 40, 4), ticks(0, 5100, 3), ticks(0, 0, 3)], [[20, 40, 60, 80, 100], [0, 10, 20, 30, 40], [0, 2000, 4000], [0]]);
});

test('kept things: by name, page after page, or not at all', async () => {
  const pages = { null: { records: [{ _id: 'b', name: 'Beech' }, { _id: '' }, 3], after: 'k' }, k: { records: [{ _id: 'a', name: 'a' }], after: null } };
  const found = await keptThings({ call: async (_, { after = null }) => pages[after] }, 'host');
  equal(found.map(({ _id, name }) => [_id, name]), [['a', 'a'], ['b', 'Beech']]);
  equal(await keptThings({ call: async () => { throw new Error('unknown method'); } }, 'host'), null);
  equal([label({ _id: 'a', name: 'a' }), label({ _id: 'b', name: 'Beech' }), label({ _id: 'c', name: '' })], ['a', 'Beech (b)', 'c']);
  equal(kindsOf([{ names: 'host' }, {}, { names: 'sample' }, { names: 'host' }]), ['host', 'sample']);
});
