import { expect, test } from 'vitest';
import type { WeightReport } from './report.js';
import { heldOutWarnings } from './held-out-warnings.js';

const row = (gainDb: number, heldOutGainDb?: number) =>
  ({
    id: `gains ${gainDb}`,
    rounding: {
      rounder: 'any',
      rows: 9,
      channelsKept: 0,
      gainDb,
      ...(heldOutGainDb === undefined ? {} : { heldOutGainDb }),
    },
  }) as WeightReport;

test('gains that most samples kept back do not bear out are warned of', () => {
  expect(heldOutWarnings([row(9, 1), row(8, 2), row(3, 2)])).toEqual([
    expect.stringContaining('for 2 of 3 weights and biases'),
  ]);
  expect(heldOutWarnings([row(9, 7), row(8, 2)])).toEqual([]);
  expect(heldOutWarnings([row(9, 7), row(27, 6), row(8, 7)])).toEqual([
    expect.stringMatching(/over 10 dB less, or is a loss, on samples kept back, for gains 27: /),
  ]);
  expect(heldOutWarnings([row(9, 7), row(1, -1), row(0, -1)])).toEqual([
    expect.stringMatching(/is a loss on samples kept back, for gains 1: /),
  ]);
});

test('one sample alone is told, and nothing where data decided nothing', () => {
  expect(heldOutWarnings([row(9)])).toEqual([expect.stringContaining('there is one sample')]);
  expect(heldOutWarnings([])).toEqual([]);
});
