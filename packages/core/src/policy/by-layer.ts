import type { LayerDescriptor } from '../model/port.js';
import type { BitAssignment } from '../plugin/policy.js';

/**
 * Decides every assignment once for each layer that uses the weight, and keeps the one with the most bits: a
 * shared weight must be good enough for all of its users.
 */
export function assignByLayer(
  draft: readonly BitAssignment[],
  layers: readonly LayerDescriptor[],
  decide: (entry: BitAssignment, layer: LayerDescriptor) => BitAssignment,
): BitAssignment[] {
  const users = new Map<string, LayerDescriptor[]>();
  for (const layer of layers) {
    for (const weight of layer.weights) users.set(weight.id, [...(users.get(weight.id) ?? []), layer]);
  }
  return draft.map((entry) => {
    const decided = (users.get(entry.id) ?? []).map((layer) => decide(entry, layer));
    return decided.reduce(
      (most, other) => (rank(other.bits) > rank(most.bits) ? other : most),
      decided[0] ?? entry,
    );
  });
}

function rank(bits: number | 'float'): number {
  return bits === 'float' ? Infinity : bits;
}
