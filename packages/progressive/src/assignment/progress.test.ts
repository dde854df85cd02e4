import fc from 'fast-check';
import { expect, test } from 'vitest';
import { progressOf } from './progress.js';

const close = (received: readonly number[] | undefined, expected: readonly number[]) => {
  expect(received).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(received?.[i]).toBeCloseTo(value, 12));
};

test('goes evenly on the logarithmic scale and never back', () => {
  close(progressOf([1, 10, 100]), [0, 0.5, 1]);
  close(progressOf([0.1, 0.4, 0.3, 1.6]), [0, 0.5, 0.5, 1]);
  close(progressOf([1, 100, 7]), [0, 1, 1]);
});

test('starts at the first layer that separates anything', () => {
  close(progressOf([0, 2, 8]), [0, 0, 1]);
});

test('puts what was not measured between its neighbours', () => {
  close(progressOf([undefined, 1, undefined, undefined, 8, undefined]), [0, 0, 1 / 3, 2 / 3, 1, 1]);
});

test.each([[[]], [[0, 0]], [[3]], [[3, 3, 2]], [[undefined, undefined]], [[undefined, 4, undefined]]])(
  'says when nothing grows: %j',
  (separability) => expect(progressOf(separability)).toBeUndefined(),
);

test('never falls and lies between 0 and 1', () => {
  const layer = fc.option(fc.double({ min: 0, max: 1e12, noNaN: true }), { nil: undefined });
  fc.assert(
    fc.property(fc.array(layer, { maxLength: 20 }), (separability) => {
      const progress = progressOf(separability) ?? [];
      progress.forEach((value, i) => {
        expect(value).toBeGreaterThanOrEqual(progress[i - 1] ?? 0);
        expect(value).toBeLessThanOrEqual(1);
      });
    }),
    { numRuns: 500, seed: 3 },
  );
});
