import { minMax } from '@lowbit/baselines';
import type { LayerDescriptor, Recipe, WeightDescriptor } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';

/** One way of quantizing a model. */
export interface TfjsVariant {
  readonly name: string;
  readonly bits: number;
  recipe(layers: readonly LayerDescriptor[]): Recipe;
}

/** Input channels that share a scale. */
const GROUP = 32;

/** Weights with so small a share of all values take 8 bits where the others take fewer: it costs little. */
const SMALL = 0.002;

/** 8 bits a channel; 4 and 2 bits in groups of 32, small weights and those without 32 input channels at 8 bits. */
export const tfjsVariants: readonly TfjsVariant[] = [
  {
    name: '8 bits, per channel',
    bits: 8,
    recipe: () => ({ weights: minMax(), bits: 8, parameterStorage: 'float16' }),
  },
  ...[4, 2].map((bits) => ({
    name: `${bits} bits, groups of ${GROUP}`,
    bits,
    recipe: (layers: readonly LayerDescriptor[]) => grouped(bits, layers),
  })),
];

/** Weights in groups. Depthwise kernels and those of few channels cannot be grouped. */
function grouped(bits: number, layers: readonly LayerDescriptor[]): Recipe {
  const weights = layers.flatMap((layer) => layer.weights);
  const values = weights.reduce((sum, weight) => sum + sizeOf(weight.shape), 0);
  const kept = weights.filter((weight) => sizeOf(weight.shape) <= SMALL * values || !hasGroups(weight));
  return {
    weights: minMax(),
    bits,
    granularity: `group:${GROUP}`,
    parameterStorage: 'float16',
    rules: kept.map(({ id }) => ({ match: { name: id }, bits: 8 })),
  };
}

function hasGroups({ shape, inputAxis }: WeightDescriptor): boolean {
  return inputAxis !== undefined && shape[inputAxis]! >= GROUP;
}
