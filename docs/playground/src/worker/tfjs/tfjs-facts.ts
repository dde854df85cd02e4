import type { LayerDescriptor, SkipNote, WeightDescriptor } from '@lowbit/core';
import { formatBytes, formatCount, groupByReason, wordedValue } from 'lowbit/browser';
import type { ModelFacts } from '../../shared/messages.js';
import { takesPictures } from '../compare/takes-pictures.js';
import type { DroppedFiles } from '../dropped-files.js';
import type { TfjsKind } from './tfjs-kind.js';

const namedLayers = 8;

/** What the page shows of a TensorFlow.js model. */
export async function tfjsFacts<M>(
  file: string,
  files: DroppedFiles,
  kind: TfjsKind<M>,
): Promise<ModelFacts> {
  const layers = await kind.port({}).layers();
  const all = layers.flatMap((layer) => layer.weights);
  const weights = all.filter(({ quantizedBefore }) => quantizedBefore === undefined);
  const unique = new Map(weights.map(({ id, storedBytes }) => [id, storedBytes]));
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  const notes = layers.flatMap(({ id, op, weights: own, skipped = [] }) =>
    [...own.flatMap(quantizedNote), ...skipped].map((note) => ({ layer: id, op, ...note })),
  );
  return {
    format: 'tfjs',
    name: file,
    facts: [
      ['File', `${file}, with its weights ${formatBytes(bytes)}`],
      ['Format', `TensorFlow.js ${kind.title}`],
      ['Inputs', kind.inputs.map(wordedValue).join('; ')],
      ['Outputs', kind.outputs.map(wordedValue).join('; ')],
      ['Layers', layerText(layers)],
      ['Parameters', `${formatCount(kind.parameters)} values`],
    ],
    quantizable: { count: unique.size, bytes: [...unique.values()].reduce((sum, size) => sum + size, 0) },
    skipped: groupByReason(notes).map(({ reason, notes: all }) => ({ reason, count: all.length })),
    frozen: 0,
    takesPictures: takesPictures(kind.inputs, file),
  };
}

function quantizedNote({ id: subject, quantizedBefore: reason }: WeightDescriptor): SkipNote[] {
  return reason === undefined ? [] : [{ subject, reason }];
}

/** The kinds by number, the most frequent first. */
function layerText(layers: readonly LayerDescriptor[]): string {
  const counts = new Map<string, number>();
  for (const { op } of layers) counts.set(op, (counts.get(op) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const others = sorted.length - namedLayers;
  return [
    ...sorted.slice(0, namedLayers).map(([op, count]) => `${count} ${op}`),
    ...(others > 0 ? [`${others} other kinds`] : []),
  ].join(', ');
}
