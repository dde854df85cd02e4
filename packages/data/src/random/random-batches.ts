import { seededRandom, type Batch } from '@lowbit/core';
import {
  optionTypes,
  checkOptions,
  checkArgument,
  seedFrom,
  sizeOf,
  type Random,
} from '@lowbit/core/adapter';
import { elementsOf } from '../input/elements.js';
import type { CalibrationInput } from '../input/options.js';
import { limits } from '../limits.js';
import { invalidArgument } from '../problems.js';
import { resolveShapes, type ResolvedShapes } from './open-sizes.js';
import { checkInputs } from '../input/check-options.js';

/** Random batches for a model, and what was chosen for it. */
export interface RandomInputs {
  /** Can be iterated again, and is the same then. */
  readonly batches: Iterable<Batch>;
  readonly count: number;
  /** Size of each open axis. */
  readonly sizes: ResolvedShapes['sizes'];
  /** How the numbers are spread, in words. */
  readonly values: string;
}

/**
 * Random batches for a model, with a size for every axis that it leaves open.
 *
 * @param sizes - of open axes, as for {@link resolveShapes}
 * @throws LowbitError `invalid-argument` at `sizes`.
 */
export function randomInputs(
  inputs: readonly CalibrationInput[],
  options: { readonly seed: number; readonly batches?: number; readonly sizes?: ReadonlyMap<string, number> },
): RandomInputs {
  checkOptions(options, { ...randomTypes, sizes: optionTypes.any }, 'randomInputs');
  const { seed, batches = 8, sizes: given = new Map<string, number>() } = options;
  const { shapes, sizes } = resolveShapes(inputs, given);
  return {
    batches: randomBatches(inputs, shapes, { batches, seed }),
    count: batches,
    sizes,
    values: 'floats uniform in [−1, 1); whole numbers and truth values 0 or 1',
  };
}

/**
 * Batches of random numbers: floats uniform in [−1, 1), whole numbers and truth values 0 or 1, which are in range
 * for nearly every table and mask. The same seed gives the same batches, on every iteration too.
 *
 * @param shapes - of all inputs by their names, as `resolveShapes` gives them
 * @throws LowbitError `invalid-argument` at `sizes` when an input would take more than 256 MiB.
 */
export function randomBatches(
  inputs: readonly CalibrationInput[],
  shapes: ResolvedShapes['shapes'],
  options: { readonly batches: number; readonly seed: number },
): Iterable<Batch> {
  checkInputs(inputs);
  checkOptions(options, randomTypes, 'randomBatches');
  const { batches, seed } = options;
  checkArgument(seed !== undefined, seed, { where: 'seed', expected: 'an integer' });
  const shaped = inputs.map((input) => ({ input, shape: shapeIn(shapes, input) }));
  shaped.forEach(checkSize);
  return {
    *[Symbol.iterator]() {
      const streams = shaped.map(({ input }) => seededRandom(seedFrom(seed, input.name)));
      for (let i = 0; i < batches; i++) {
        const values = shaped.map(({ input, shape }, at) => {
          return [input.name, { shape, data: randomNumbers(input, shape, streams[at] as Random) }] as const;
        });
        yield { inputs: Object.fromEntries(values) };
      }
    },
  };
}

const randomTypes = { seed: optionTypes.integer, batches: optionTypes.count };

function shapeIn(shapes: ResolvedShapes['shapes'], { name }: CalibrationInput): readonly number[] {
  const shape: unknown = shapes instanceof Map ? shapes.get(name) : undefined;
  checkArgument(Array.isArray(shape), shapes instanceof Map ? shape : shapes, {
    where: `shapes: input ${name}`,
    expected: 'its shape, in a Map by the names of inputs',
    remedy: 'resolveShapes gives such a Map.',
  });
  return shape as readonly number[];
}

interface ShapedInput {
  readonly input: CalibrationInput;
  readonly shape: readonly number[];
}

function checkSize({ input, shape }: ShapedInput): void {
  const count = sizeOf(shape);
  if (count * 8 <= limits.batch) return;
  throw invalidArgument('sizes', {
    expected: `sizes with which an input has at most ${limits.batch / 8} numbers`,
    received: `${count} for ${input.name}, whose shape is [${shape.join(', ')}]`,
  });
}

function randomNumbers(input: CalibrationInput, shape: readonly number[], random: Random): ArrayLike<number> {
  const { kind, allocate } = elementsOf(input);
  const next = kind === 'float' ? () => 2 * random() - 1 : () => Math.floor(2 * random());
  return allocate(sizeOf(shape)).map(next);
}
