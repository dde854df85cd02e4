import type { WeightDescriptor } from '../model/port.js';
import type { SimulatedWeight } from '../model/trainable-port.js';
import { slicingOf } from '../plan/granularity.js';
import type { QuantizationPlan, QuantizedEntry } from '../plan/plan.js';
import { optionsOf } from '../plugin/choose.js';
import type { Quantizer } from '../plugin/quantizer.js';
import type { Registry } from '../plugin/registry.js';
import { fitWeight } from '../session/weight.js';
import { sizeOf } from '../scheme/shape.js';
import type { FrozenWeights } from './frozen-weights.js';
import type { TrainingRound } from './run.js';

/** Finds the description of a weight by its id. */
export type WeightOf = (id: string) => WeightDescriptor;

export function quantizedEntries(plan: QuantizationPlan): readonly QuantizedEntry[] {
  return plan.weights.filter((entry): entry is QuantizedEntry => entry.bits !== 'float');
}

/** Bits of every quantized weight. */
export function bitsOf(plan: QuantizationPlan): Readonly<Record<string, number>> {
  return Object.fromEntries(quantizedEntries(plan).map(({ id, bits }) => [id, bits]));
}

/** The plan with other bits for some weights. */
export function withBits(
  plan: QuantizationPlan,
  bits: ReadonlyMap<string, number> | undefined,
): QuantizationPlan {
  const weights = plan.weights.map((entry) => {
    const now = bits?.get(entry.id);
    return now === undefined || entry.bits === 'float' ? entry : { ...entry, bits: now };
  });
  return { ...plan, weights };
}

/** Every quantized weight of the plan as the port simulates it. */
export function simulatedWeights(
  plan: QuantizationPlan,
  weightOf: WeightOf,
  registry: Registry,
): readonly SimulatedWeight[] {
  return quantizedEntries(plan).map((entry) => {
    const quantizer = registry.find('quantizer', entry.quantizer.name) as Quantizer;
    const weight = weightOf(entry.id);
    const inFloats: QuantizedEntry = { ...entry, parameterStorage: 'float32' };
    const exact = { weight, entry: inFloats, seed: plan.seed, registry };
    return {
      id: entry.id,
      bits: entry.bits,
      quantizer,
      options: optionsOf(quantizer, entry.quantizer.options),
      slicing: slicingOf(entry.granularity, weight),
      schemeOf: (values: Float32Array) => fitWeight(exact, values).scheme,
    };
  });
}

/** Share of values that are frozen, and the bits in force. */
export function standing(
  plan: QuantizationPlan,
  frozen: FrozenWeights,
  weightOf: WeightOf,
): Pick<TrainingRound, 'frozen' | 'bits'> {
  const entries = quantizedEntries(plan);
  const total = entries.reduce((sum, { id }) => sum + sizeOf(weightOf(id).shape), 0);
  const held = entries.reduce(
    (sum, { id }) => sum + (frozen.of(id)?.mask.reduce((ones, one) => ones + one, 0) ?? 0),
    0,
  );
  return {
    frozen: held / Math.max(total, 1),
    bits: bitsOf(plan),
  };
}
