import type { BitAssignment, FeatureSet, LayerDescriptor, WeightDescriptor } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/method';
import { normalValues } from '../samples.js';

/** The layers of a small made-up network: convolutions, a recurrent layer with two weights, a classifier. */
export function sampleLayers(): readonly LayerDescriptor[] {
  return [
    layer('features.0', 'Conv', 0, [weight('features.0/kernel', [16, 3, 3, 3], [0], 1)]),
    layer('features.1', 'Conv', 1, [weight('features.1/kernel', [16, 1, 3, 3], [0])]),
    layer('activation', 'Relu', 2, []),
    layer('memory', 'LSTM', 3, [
      weight('memory/input', [1, 32, 16], [0, 1], 2),
      { ...weight('memory/recurrent', [1, 32, 8], [0, 1], 2), kernel: 'recurrent' },
    ]),
    layer('words', 'Gather', 4, [{ ...weight('words/table', [50, 8], [0], 1), kernel: 'embedding' }]),
    layer('classifier', 'Gemm', 5, [weight('classifier/kernel', [8, 10], [1], 0)]),
  ];
}

/** A draft as planning makes it: 8 bits everywhere, one weight excluded. */
export function sampleDraft(layers: readonly LayerDescriptor[]): readonly BitAssignment[] {
  return layers
    .flatMap((each) => each.weights)
    .map(({ id }) =>
      id === 'words/table'
        ? { id, bits: 'float', reason: 'excluded' }
        : { id, bits: 8, reason: '8 bits everywhere' },
    );
}

/** Features of two classes, which every layer separates better than the one before. */
export function sampleFeatures(layers: readonly LayerDescriptor[]): FeatureSet {
  const labels = Array.from({ length: 32 }, (_, i) => i % 2);
  const noise = normalValues(32, 1);
  const valuesAt = (depth: number) => noise.map((value, i) => value + (depth + 1) * (labels[i] as number));
  return {
    labels,
    layers: new Map(layers.map(({ id, depth }) => [id, { dimensions: 1, values: valuesAt(depth) }])),
  };
}

function layer(id: string, op: string, depth: number, weights: readonly WeightDescriptor[]): LayerDescriptor {
  return { id, op, depth, weights, sites: [] };
}

function weight(
  id: string,
  shape: readonly number[],
  outputAxes: readonly number[],
  inputAxis?: number,
): WeightDescriptor {
  const count = sizeOf(shape);
  return {
    id,
    kernel: 'kernel',
    shape,
    outputAxes,
    ...(inputAxis === undefined ? {} : { inputAxis }),
    storedBytes: 4 * count,
    read: () => normalValues(count, count),
  };
}
