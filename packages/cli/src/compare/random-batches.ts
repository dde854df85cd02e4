import { seededRandom, seedFrom, type Batch, type Random } from '@lowbit/core';
import { elementsOf, limits, type CalibrationInput } from '@lowbit/data';

import { usageError } from '../usage/usage-error.js';

/**
 * Batches of random numbers: floats uniform in [−1, 1), whole numbers and truth values 0 or 1, which are in range
 * for nearly every table and mask. The same seed gives the same batches.
 *
 * @throws UsageError when an input would take more than 256 MiB.
 */
export function* randomBatches(
  inputs: readonly CalibrationInput[],
  shapes: ReadonlyMap<string, readonly number[]>,
  { batches, seed }: { readonly batches: number; readonly seed: number },
): Generator<Batch> {
  const streams = inputs.map((input) => seededRandom(seedFrom(seed, input.name)));
  for (let i = 0; i < batches; i++) {
    const values = inputs.map((input, at) => {
      const shape = shapes.get(input.name) ?? [];
      return [input.name, { shape, data: randomNumbers(input, shape, streams[at] as Random) }] as const;
    });
    yield { inputs: Object.fromEntries(values) };
  }
}

function randomNumbers(input: CalibrationInput, shape: readonly number[], random: Random): ArrayLike<number> {
  const count = shape.reduce((product, size) => product * size, 1);
  if (count * 8 > limits.batch) {
    throw usageError({
      where: '--dim',
      expected: `sizes with which an input has at most ${limits.batch / 8} numbers`,
      received: `${count} for ${input.name}, whose shape is [${shape.join(', ')}]`,
    });
  }
  const { kind, allocate } = elementsOf(input);
  const next = kind === 'float' ? () => 2 * random() - 1 : () => Math.floor(2 * random());
  return allocate(count).map(next);
}
