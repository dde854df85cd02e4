import type { Batch } from '@lowbit/core';
import { randomBatches, settleShapes, type CalibrationInput } from 'lowbit/browser';
import type { CompareInputs } from '../../shared/messages.js';
import { pictureBatch } from './picture-batch.js';

/**
 * What both models are run on.
 *
 * @throws LowbitError `invalid-argument` for inputs that are too large or take no pictures, `calibration-invalid`.
 */
export async function makeBatches(
  inputs: readonly CalibrationInput[],
  wanted: CompareInputs,
): Promise<readonly Batch[]> {
  const { shapes } = settleShapes(inputs, new Map());
  if (wanted.source === 'random') return [...randomBatches(inputs, shapes, wanted)];
  const settled = inputs.map((input) => ({ ...input, shape: shapes.get(input.name) ?? [] }));
  return [await pictureBatch(settled, wanted)];
}
