import type { BitwidthPolicy } from '../plugin/policy.js';
import { checkBits } from './check-bits.js';
import { override, type PolicyChoice } from './override.js';

/**
 * Other bits for the weights of the first and the last layer that has any: the layers that most papers keep at
 * 8 bits or at full precision.
 */
export function ends(bits: number | 'float', choice: PolicyChoice = {}): BitwidthPolicy {
  checkBits(bits, 'ends');
  return {
    kind: 'policy',
    api: 1,
    name: 'ends',
    summary: 'other bits for the first and the last layer',
    assign(draft, layers) {
      const withWeights = layers.filter((layer) => layer.weights.length > 0);
      const first = new Set(withWeights.at(0)?.weights.map((weight) => weight.id));
      const last = new Set(withWeights.at(-1)?.weights.map((weight) => weight.id));
      return draft.map((entry) => {
        if (first.has(entry.id)) return override(entry, bits, choice, 'first layer');
        return last.has(entry.id) ? override(entry, bits, choice, 'last layer') : entry;
      });
    },
  };
}
