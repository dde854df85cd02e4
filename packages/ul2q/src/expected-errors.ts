import { LowbitError } from '@lowbit/core/method';
import { mergeMeasurements, type Measurements } from '@lowbit/core/policy';
import type { MeasuredWeight } from './allocate.js';
import { layerLoss } from './loss.js';

/**
 * Measurements without data, with the errors that μL2Q's closed relation of bits to loss expects in place of those of the weights: E = n · σ² · D(k),
 * see {@link layerLoss}. What `budget` of `@lowbit/core/policy` decides by it is `unverified`: nobody has looked at what it does to outputs.
 * Weights that are not named keep what they have; float loses nothing.
 *
 * @param measurements What `measure` gives without batches: bytes of candidates.
 * @throws LowbitError `invalid-argument` for measurements of effects on data, which say more; `unsupported-bits` for more than 16 bits.
 * @example
 * const costs = await measure(port, undefined, [2, 3, 4, 8], { recipe: { registry } });
 * const measurements = expectedErrors(costs, [{ id: 'conv1', count: 432, deviation: 0.2 }]);
 * await quantize(port, { registry, bits: budget({ bytes: 60_000, choices: [2, 3, 4, 8] }), measurements });
 */
export function expectedErrors(measurements: Measurements, weights: readonly MeasuredWeight[]): Measurements {
  const checked = mergeMeasurements([measurements]);
  if (checked.effect !== undefined) throw withEffects(checked.effect.samples);
  const known = new Map(weights.map((weight) => [weight.id, weight]));
  const items = checked.items.map((item) => {
    const own = item.ids.map((id) => known.get(id));
    if (own.includes(undefined)) return item;
    const candidates = item.candidates.map((candidate) => {
      const { bits } = candidate;
      const errors = own.map((weight) =>
        weight === undefined || bits === 'float' ? 0 : layerLoss(weight.count, weight.deviation, bits),
      );
      return { ...candidate, weightError: errors.reduce((sum, error) => sum + error, 0) };
    });
    return { ...item, candidates };
  });
  return { ...checked, items };
}

function withEffects(samples: number): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: 'expectedErrors(measurements)',
    expected: 'measurements without data',
    received: `effects that were seen on ${samples} samples`,
    remedy: 'Give them to the recipe as they are: effects say more than errors of weights.',
  });
}
