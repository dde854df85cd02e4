import { expect, test } from 'vitest';
import { sampleWeight } from '../../test/sample-report.js';
import { wantedLines } from './wanted-lines.js';

const cost = (decibels: number) => ({ gridCost: { decibels, against: 'zeroPoint=auto' } });

test('what packed forms wanted is one line for all weights with the same words', () => {
  const taken = { wanted: 'zeroPoint=integer for MatMulNBits' };
  const kept = { wanted: 'as chosen; MatMulNBits would take it with zeroPoint=integer' };
  const rows = [kept, { ...taken, ...cost(1.31) }, { ...taken, ...cost(0.42) }, {}].map(sampleWeight);
  expect(wantedLines(rows)).toEqual([
    '2 × zeroPoint=integer for MatMulNBits, which costs 0.4 to 1.3 dB against zeroPoint=auto',
    '1 × as chosen; MatMulNBits would take it with zeroPoint=integer',
  ]);
});

test.each([
  [[-0.2, 0.04], 'which costs nothing'],
  [[1.31, 1.29], 'which costs 1.3 dB'],
])('costs of %j dB are told as: %s', (costs, words) => {
  const rows = costs.map((decibels) => sampleWeight({ wanted: 'a=b for C', ...cost(decibels) }));
  expect(wantedLines(rows)).toEqual([`2 × a=b for C, ${words} against zeroPoint=auto`]);
});

test('weights of which no packed form wanted anything give no line', () => {
  expect(wantedLines([sampleWeight()])).toEqual([]);
});
