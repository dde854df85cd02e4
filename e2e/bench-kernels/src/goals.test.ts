import { expect, it } from 'vitest';
import { reachedGoals } from './goals.js';
import type { Measured } from './place.js';

const work = 'product 1×4096×4096';

/** Medians are twice the fastest times. */
const measuredWith = (times: Readonly<Record<string, number>>, variant = 'relaxed'): Measured => ({
  place: 'page',
  facts: {
    ...{ engine: 'Chromium', variant, binary: 'lookup', capabilities: { notes: [] } },
    ...{ isIsolated: false, sharesMemory: true, versions: {} },
  },
  rows: [
    {
      work,
      products: 1,
      timings: Object.entries(times).map(([name, fastest]) => ({
        ...{ name, fastest, median: 2 * fastest, ratio: 1, fastestRatio: 1 },
      })),
      results: [],
    },
  ],
});

it('compares with the rival that a goal names, and misses below 80 % of it', () => {
  const times = { 'LiteRT.js int4': 2, '4 × 8': 2 };
  const [reached] = reachedGoals(measuredWith(times), true);
  expect(reached).toMatchObject({ goal: 1.2, fastest: 1, median: 1, passed: true });
  expect(reached!.least).toBeCloseTo(0.96);
  expect(reachedGoals(measuredWith({ ...times, '4 × 8': 2.2 }), true)[0]).toMatchObject({ passed: false });
});

it('shows goals beside LiteRT.js where the processor lacks the instruction, and gates none', () => {
  const [reached] = reachedGoals(measuredWith({ 'LiteRT.js int4': 2, '4 × 8': 9 }), false);
  expect(reached).toMatchObject({ goal: 1.2, least: undefined, passed: true });
});

it('compares with the fastest rival where a goal names none', () => {
  const times = { 'tfjs-wasm float32': 9, 'onnxruntime-web int8': 4, '1 × 8': 0.5 };
  expect(reachedGoals(measuredWith(times), true)).toMatchObject([
    { own: '1 × 8', rival: 'onnxruntime-web int8', goal: undefined, fastest: 8 },
  ]);
});

it('has no goals of layers that were not measured', () => {
  expect(reachedGoals(measuredWith({ 'tfjs-wasm float32': 9 }), true)).toEqual([]);
});
