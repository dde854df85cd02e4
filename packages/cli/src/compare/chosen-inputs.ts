import type { Batch } from '@lowbit/core';
import type { CalibrationInput } from '@lowbit/data';
import type { InputsReport } from '@lowbit/report';

import { settleShapes } from './open-sizes.js';
import { randomBatches } from './random-batches.js';

/** Random batches, unless `--limit` says otherwise. */
const randomByDefault = 8;

/** What both models are run on. */
export interface ChosenInputs {
  readonly batches: AsyncIterable<Batch> | Iterable<Batch>;
  /** How many there are, where that is known before. */
  readonly count?: number;
  readonly report: InputsReport;
}

const randomNote =
  'Random inputs tell little: real ones reach other parts of the range of a network. Give data with --input or --calibrate.';

/** Random numbers of the shapes that the model asks for. @throws UsageError for sizes that do not fit. */
export function randomInputs(
  { seed, dim = new Map(), limit = randomByDefault }: RandomOptions,
  inputs: readonly CalibrationInput[],
): ChosenInputs {
  const { shapes, sizes } = settleShapes(inputs, dim);
  return {
    batches: randomBatches(inputs, shapes, { batches: limit, seed }),
    count: limit,
    report: {
      source: 'random',
      seed,
      sizes,
      values: 'floats uniform in [−1, 1); whole numbers and truth values 0 or 1',
      notes: [randomNote],
    },
  };
}

interface RandomOptions {
  readonly seed: number;
  readonly dim?: ReadonlyMap<string, number>;
  readonly limit?: number;
}
