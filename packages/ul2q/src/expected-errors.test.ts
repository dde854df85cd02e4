import { expect, it } from 'vitest';
import { budget, type Measurements } from '@lowbit/core/policy';
import { expectedErrors } from './expected-errors.js';
import { expectedLoss } from './loss.js';

const candidate = (bits: number | 'float', storedBytes: number) => ({
  candidate: String(bits),
  bits,
  storedBytes,
  memoryBytes: storedBytes,
  weightError: 5,
});
const item = (...ids: string[]) => ({
  ids,
  layer: ids[0] as string,
  depth: 0,
  values: 100,
  candidates: [candidate(2, 30), candidate(4, 55), candidate('float', 400)],
});
const costs: Measurements = {
  format: 'lowbit-measurements',
  version: 1,
  port: 'memory',
  items: [item('a'), item('b', 'c'), item('d')],
  joint: [],
  written: [],
};
const weights = [
  { id: 'a', count: 100, deviation: 1 },
  { id: 'b', count: 60, deviation: 2 },
  { id: 'c', count: 40, deviation: 3 },
];

it('has n · σ² · D(k) in place of errors, of coupled weights together, and nothing for float', () => {
  const errors = (id: string) =>
    expectedErrors(costs, weights)
      .items.find(({ ids }) => ids.includes(id))
      ?.candidates.map(({ weightError }) => weightError);
  expect(errors('a')).toEqual([100 * expectedLoss(2), 100 * expectedLoss(4), 0]);
  const both = 60 * 4 + 40 * 9;
  expect(errors('c')?.[1]).toBeCloseTo(both * expectedLoss(4), 12);
  expect(errors('d')).toEqual([5, 5, 5]);
});

it('has budgets give more bits to weights that spread more, unverified', () => {
  const measurements = expectedErrors({ ...costs, items: [item('a'), item('b')] }, [
    { id: 'a', count: 100, deviation: 1 },
    { id: 'b', count: 100, deviation: 3 },
  ]);
  const draft = ['a', 'b'].map((id) => ({ id, bits: 8, reason: '' }));
  const bits = budget({ averageBits: 3.5, choices: [2, 4] }).assign(draft, [], { options: {}, measurements });
  expect(bits.map((entry) => entry.bits)).toEqual([2, 4]);
  expect(bits[1]?.reason).toContain('unverified');
});

it('refuses effects that were seen on data, and what is no measurements', () => {
  const seen = { ...costs, effect: { of: 'outputs', samples: 64 } } as const;
  expect(() => expectedErrors(seen, weights)).toThrow('measurements without data');
  expect(() => expectedErrors({} as Measurements, weights)).toThrow('measurements');
});
