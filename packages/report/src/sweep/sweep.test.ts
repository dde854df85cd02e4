import { expect, test } from 'vitest';

import { mergeSweeps, type SweepDocument, type SweepRow } from './sweep-document.js';
import { renderSweepPage } from './sweep-page.js';
import { sweepText } from './sweep-text.js';

const row = (weights: string, bits: number, trial: SweepRow['trial']): SweepRow => ({
  ...{ key: `${weights}${bits}`, weights, bits, granularity: 'channel', trial },
});
const rows = [
  row('min-max', 2, { bytes: 1000, bitsPerWeight: 2.5, by: 'outputs', sqnrDb: 10, sameClass: 0.5 }),
  row('min-max', 8, { bytes: 4000, bitsPerWeight: 8.5, by: 'outputs', sqnrDb: 40, sameClass: 1 }),
  row('own<b>', 2, { bytes: 900, bitsPerWeight: 2, by: 'outputs', sqnrDb: null }),
  row('own<b>', 8, { impossible: { code: 'unsupported-bits', reason: 'it has 2 bits alone\nand no more' } }),
];
const sweep: SweepDocument = {
  ...{ format: 'lowbit-sweep', version: 1, input: 'm.onnx', work: 'w', total: 4, rows },
  grid: { weights: ['min-max', 'own<b>'], bits: [2, 8], granularity: ['channel'] },
};

test('a sweep as a table with bars, of which the longest is the best', () => {
  const lines = sweepText(sweep).split('\n');
  expect(lines.find((line) => line.startsWith('method'))).toMatch(/outputs keep +same class/);
  expect(lines.find((line) => /min-max +8/.test(line))).toMatch(/4.00 kB +8.50 +40.0 dB +100.0 % +█{10}$/);
  expect(lines.find((line) => /own<b> +2/.test(line))).toMatch(/exact +– +█{24}$/);
  expect(lines).toContain('  own<b>, 8 bits, channel: it has 2 bits alone');
  expect(sweepText({ ...sweep, rows: rows.slice(0, 1) })).toContain('1 of 4 settings');
});

test('a sweep as a page: names are escaped, what is exact is in the table alone', () => {
  const page = renderSweepPage(sweep);
  expect(page).not.toContain('own<b>');
  expect(page).toContain('own&lt;b&gt;');
  expect(page.match(/<circle/g)).toHaveLength(2);
  expect(page).toContain('unsupported-bits');
  expect(renderSweepPage({ ...sweep, rows: [] })).toContain('Nothing could be measured.');
});

test('shares are put together in the order of the grid', () => {
  const shares = [rows.filter((_, i) => i % 2 === 1), rows.filter((_, i) => i % 2 === 0)].map((part) => ({
    ...sweep,
    rows: part,
  }));
  expect(JSON.stringify(mergeSweeps(shares))).toBe(JSON.stringify(sweep));
  expect(mergeSweeps([sweep, sweep])).toEqual(sweep);
  expect(() => mergeSweeps([sweep, { ...sweep, work: 'other' }])).toThrow('another model');
  const grid = { ...sweep.grid, bits: [2] };
  expect(() => mergeSweeps([sweep, { ...sweep, grid }])).toThrow('another grid');
});
