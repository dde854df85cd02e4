import type { BitwidthPolicy, Granularity, Registry } from '@lowbit/core';
import { chooseQuantizer, hasZeroPoints } from '@lowbit/core/adapter';
import { registry } from '@lowbit/methods';
import { integerWeights } from '@lowbit/onnx';

/** The method that makes the smallest error among those with a symmetric grid. */
const leastError = 'mse';

/** Integer operators hold each weight in 8 bits, so that fewer would save nothing. */
const integerBits = 8;

/**
 * What integer operators ask of the weights of the layers that become integer: 8 bits, methods with symmetric grids, and
 * one of these for each output channel or for all. Other weights keep what they have.
 *
 * @param methods - what the names of methods stand for; default: lowbit's own
 * @param activations - the method of the activations
 */
export function integerLayers(
  weights: string,
  granularity: Granularity | undefined,
  methods: Registry = registry,
  activations?: string,
): BitwidthPolicy {
  const measuresRanges =
    activations !== undefined && chooseQuantizer(activations, methods).quantizer.dynamic === 'range';
  const symmetric = integerWeights(symmetricMethod(weights, methods), { measuresRanges });
  const shared = granularity === 'tensor' ? 'tensor' : 'channel';
  return {
    ...symmetric,
    assign(draft, layers, context) {
      const assigned = new Map(symmetric.assign(draft, layers, context).map((entry) => [entry.id, entry]));
      return draft.map((entry) => {
        const integer = assigned.get(entry.id) ?? entry;
        if (entry.bits === 'float' || integer === entry) return entry;
        return { ...integer, bits: integerBits, granularity: shared };
      });
    },
  };
}

/**
 * The method that was asked for where its grids have integer zero points as it was chosen and can be symmetric, which planning
 * then makes them; others would lose what they were chosen for, and {@link leastError} takes their place.
 */
export function symmetricMethod(choice: string, methods: Registry = registry): string {
  const chosen = chooseQuantizer(choice, methods);
  return chosen.quantizer.grids?.symmetric !== undefined && hasZeroPoints(chosen) ? choice : leastError;
}
