import type { BitAssignment, BitwidthPolicy, QuantizerChoice, WeightDescriptor } from '@lowbit/core';
import { checkOptions, optionTypes } from '@lowbit/core/adapter';

export interface IntegerWeightsOptions {
  /** Whether ranges of activations are measured on each run, which asks more of a model than ranges that are known. Default false. */
  readonly measuresRanges?: boolean;
}

/**
 * Gives the weights of integer layers (those with sites, whose weights want something else when activations are quantized) a quantizer
 * of their own; other weights keep what they have.
 * Integer operators need weights that are symmetric about 0, which planning asks of every method that declares such a
 * grid; this chooses the method. Bits stay as they are, and so do weights that stay float.
 *
 * @example
 * bits: cascade(everywhere(8), integerWeights(mse()))
 *
 * @throws LowbitError `unsupported-option`, `invalid-argument` for other options.
 */
export function integerWeights(
  weights: QuantizerChoice,
  options: IntegerWeightsOptions = {},
): BitwidthPolicy {
  checkOptions(options, { measuresRanges: optionTypes.flag }, 'integerWeights');
  const { measuresRanges = false } = options;
  return {
    kind: 'policy',
    api: 2,
    name: 'integer-weights',
    summary: 'a quantizer for weights that integer operators take',
    assign(draft, layers) {
      const integer = layers.filter(({ sites }) => sites.length > 0).flatMap((layer) => layer.weights);
      const known = new Map(integer.map((weight) => [weight.id, weight]));
      return draft.map((entry) =>
        becomesInteger(known.get(entry.id), entry, measuresRanges)
          ? { ...entry, quantizer: weights, reason: `${entry.reason}; the layer is computed in integers` }
          : entry,
      );
    },
  };
}

/** Whether the form of a weight is another one when activations are quantized; where a port tells of none, its sites decide. */
function becomesInteger(
  weight: WeightDescriptor | undefined,
  { bits, granularity = 'channel' }: BitAssignment,
  measuresRanges: boolean,
): boolean {
  if (weight === undefined || bits === 'float') return false;
  if (weight.wants === undefined) return true;
  const formWith = (activations: boolean) =>
    weight.wants?.({ bits, granularity, activations, ...(measuresRanges ? { measuresRanges } : {}) })?.form;
  return formWith(true) !== formWith(false);
}
