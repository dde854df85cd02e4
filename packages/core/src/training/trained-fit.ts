import type { ResolvedEntry } from '../contract/resolved-plan.js';
import { isLowbitError, LowbitError } from '../errors/error.js';
import { type FittedWeight, fitWeight, type Frozen } from '../session/weight.js';
import { brokenPass, type RoundValues } from './broken-pass.js';

/** As {@link fitWeight}. */
export type TrainedFit = (own: ResolvedEntry, values: Float32Array, frozen?: Frozen) => FittedWeight;

/**
 * `fitWeight` for weights that are being trained. NaN or an infinity in one that was finite when the round began is nothing that
 * the model came with: a plugin whose pass makes it is `plugin-failed`, and otherwise the training diverged.
 *
 * @param round What takes part in the round; `undefined` before the first one.
 */
export function trainedFit(round: () => RoundValues | undefined): TrainedFit {
  return (own, values, frozen) => {
    try {
      return fitWeight(own, values, frozen);
    } catch (error) {
      const now = round();
      const start = now?.variables.get(own.weight.id);
      const isTrained = start !== undefined && allFinite(start) && !allFinite(values);
      throw isTrained && isLowbitError(error) && now !== undefined ? brokenByTraining(error, now) : error;
    }
  };
}

function brokenByTraining({ where, received }: LowbitError, now: RoundValues): LowbitError {
  const pass = brokenPass(now);
  if (pass === undefined)
    return new LowbitError({
      code: 'non-finite',
      where,
      expected: 'finite numbers',
      received: `${received}, which it became in training`,
      remedy: 'The training diverged: take a smaller learning rate, or clip the gradients.',
    });
  return new LowbitError({
    code: 'plugin-failed',
    where: pass.where,
    expected: 'finite numbers for finite ones',
    received: `${pass.received} at ${pass.place}, so that ${where} became ${received}`,
    remedy: "Report this to the plugin's author, or choose another plugin for this place.",
  });
}

const allFinite = (values: Float32Array): boolean => values.every((value) => Number.isFinite(value));
