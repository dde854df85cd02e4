import type { BitwidthPolicy, QuantizerChoice } from '@lowbit/core';

/**
 * Gives the weights of integer layers (those with sites) a quantizer of their own; other weights keep what they have.
 * Integer operators need weights that are symmetric about 0, which planning asks of every method that declares such a
 * grid; this chooses the method. Bits stay as they are, and so do weights that stay float.
 *
 * @example
 * bits: cascade(everywhere(8), integerWeights(mse()))
 */
export function integerWeights(weights: QuantizerChoice): BitwidthPolicy {
  return {
    kind: 'policy',
    api: 2,
    name: 'integer-weights',
    summary: 'a quantizer for weights that integer operators take',
    assign(draft, layers) {
      const integer = layers.filter(({ sites }) => sites.length > 0).flatMap((layer) => layer.weights);
      const ids = new Set(integer.map(({ id }) => id));
      return draft.map((entry) =>
        entry.bits !== 'float' && ids.has(entry.id)
          ? { ...entry, quantizer: weights, reason: `${entry.reason}; the layer is computed in integers` }
          : entry,
      );
    },
  };
}
