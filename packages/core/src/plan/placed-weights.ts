import type { LayerDescriptor, WeightDescriptor } from '../contract/descriptors.js';

/** Where a weight is in the model. */
export interface PlacedWeight {
  readonly weight: WeightDescriptor;
  readonly layer: LayerDescriptor;
  /** All layers that use it. */
  readonly users: readonly LayerDescriptor[];
}

/** Every weight once, with the first layer that uses it. */
export function uniqueWeights(layers: readonly LayerDescriptor[]): Map<string, PlacedWeight> {
  const weights = new Map<string, PlacedWeight>();
  for (const layer of layers) {
    for (const weight of layer.weights) {
      const { users = [], ...first } = weights.get(weight.id) ?? { weight, layer };
      weights.set(weight.id, { ...first, users: [...users, layer] });
    }
  }
  return weights;
}
