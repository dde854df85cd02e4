import type { BitAssignment, FeatureSet, LayerDescriptor, WeightDescriptor } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/method';
import { candidateKey, type Candidate, type Measurements } from '@lowbit/core/policy';
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

/** What candidates cost and lose on them: more bits cost more and lose less, by chance not always. */
export function sampleMeasurements(
  layers: readonly LayerDescriptor[],
  draft: readonly BitAssignment[],
  candidates: readonly Candidate[],
): Measurements {
  const open = new Map(draft.map((entry) => [entry.id, entry]));
  const items = layers.flatMap(({ id: layer, depth, weights }) =>
    weights.flatMap(({ id, shape }, turn) => {
      const entry = open.get(id);
      const values = sizeOf(shape);
      const chance = normalValues(candidates.length + 1, values + turn);
      const all = [...candidates, ...(entry === undefined ? [] : [entry])];
      const measured = all.map((candidate, i) => {
        const { bits } = candidate;
        const width = bits === 'float' ? 32 : bits;
        const storedBytes = Math.ceil((values * width) / 8) + 64;
        const effect = bits === 'float' ? 0 : (2 + Math.abs(chance[i] as number)) / 4 ** width;
        return {
          candidate: candidateKey(candidate),
          bits,
          storedBytes,
          memoryBytes: 4 * values,
          weightError: effect,
          effect,
        };
      });
      return [{ ids: [id], layer, depth, values, macs: 10 * values, candidates: measured }];
    }),
  );
  const effect = { of: 'outputs', samples: 64 } as const;
  return { format: 'lowbit-measurements', version: 1, port: 'sample', effect, items, joint: [], written: [] };
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
