import { describe, expect, it } from 'vitest';

import { randomBatches, randomInputs } from './random-batches.js';

const inputs = [
  { name: 'x', type: 'float32', shape: ['batch', 8] },
  { name: 'ids', type: 'int64', shape: ['batch', 8] },
  { name: 'mask', type: 'bool', shape: ['batch', 8] },
];
const shapes = new Map(inputs.map(({ name }) => [name, [2, 8]]));

const values = (seed: number) =>
  [...randomBatches(inputs, shapes, { batches: 3, seed })].map(({ inputs: given }) =>
    Object.fromEntries(Object.entries(given).map(([name, { data }]) => [name, Array.from(data)])),
  );

describe('random batches', () => {
  it('are the same for the same seed, and differ from each other', () => {
    expect(values(1)).toEqual(values(1));
    expect(values(1)).not.toEqual(values(2));
    const [first, second] = values(1);
    expect(first).not.toEqual(second);
  });

  it('hold floats of both signs below 1, and whole numbers 0 and 1', () => {
    for (const { x = [], ids = [], mask = [] } of values(1)) {
      expect(x).toHaveLength(16);
      expect(Math.min(...x)).toBeLessThan(0);
      expect(Math.max(...x.map(Math.abs))).toBeLessThanOrEqual(1);
      expect(new Set([...ids, ...mask])).toEqual(new Set([0, 1]));
    }
  });

  it('are the same when they are iterated again', () => {
    const batches = randomBatches(inputs, shapes, { batches: 2, seed: 5 });
    expect([...batches]).toEqual([...batches]);
  });

  it('are not made larger than 256 MiB', () => {
    const large = new Map(inputs.map(({ name }) => [name, [30_000, 30_000]]));
    expect(() => randomBatches(inputs, large, { batches: 1, seed: 0 })).toThrow(
      expect.objectContaining({ code: 'invalid-argument', where: 'sizes' }),
    );
  });

  it('are made for every axis that is open, eight unless it is said how many', () => {
    const { batches, count, sizes } = randomInputs(inputs, { seed: 0, sizes: new Map([['batch', 3]]) });
    expect([...batches].map(({ inputs: { x } }) => x!.shape)).toEqual(Array(8).fill([3, 8]));
    expect({ count, sizes }).toEqual({ count: 8, sizes: { batch: 3 } });
  });
});
