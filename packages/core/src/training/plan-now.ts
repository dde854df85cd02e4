import type { SimulatedWeight } from '../contract/trainable-port.js';
import type { QuantizationPlan } from '../contract/plan.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import { sizeOf } from '../scheme/shape.js';
import type { FrozenWeights } from './frozen-weights.js';
import type { TrainingRound } from './training-run.js';
import type { TrainedFit } from './trained-fit.js';

/** Bits of every quantized weight. */
export function bitsOf({ weights }: QuantizationPlan): Readonly<Record<string, number>> {
  return Object.fromEntries(
    weights.flatMap(({ id, bits }) => (bits === 'float' ? [] : [[id, bits] as const])),
  );
}

/** A weight as the port simulates it. */
export function simulatedWeight(own: ResolvedEntry, fit: TrainedFit): SimulatedWeight {
  const { entry, quantizer, options, slicing, weight } = own;
  const exact: ResolvedEntry = { ...own, entry: { ...entry, parameterStorage: 'float32' } };
  return {
    id: entry.id,
    bits: entry.bits,
    quantizer,
    options,
    shape: weight.shape,
    slicing,
    schemeOf: (values: Float32Array) => fit(exact, values).scheme,
  };
}

/** Share, 0 … 1, of the values of these weights that are frozen. */
export function frozenShare(
  entries: readonly ResolvedEntry[],
  frozen: FrozenWeights,
): TrainingRound['frozen'] {
  const total = entries.reduce((sum, { weight }) => sum + sizeOf(weight.shape), 0);
  const held = entries.reduce(
    (sum, { entry }) => sum + (frozen.of(entry.id)?.mask.reduce((ones, one) => ones + one, 0) ?? 0),
    0,
  );
  return held / Math.max(total, 1);
}
