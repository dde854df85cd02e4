import type { LayerDescriptor } from '@lowbit/core';
import { defined, withoutUnfit } from '@lowbit/core/adapter';
import { quantizableIn } from '@lowbit/tfjs-format';
import { formatBytes, formatCount, wordedValue } from 'lowbit/browser';
import type { ModelFacts } from '../../shared/messages.js';
import { pictureRange } from '../compare/picture-range.js';
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
  const { quantizable, quantizableBytes, skipped } = await withoutUnfit(quantizableIn(layers), layers);
  const bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  const left = new Map<string, number>();
  for (const { reason, count } of skipped) left.set(reason, (left.get(reason) ?? 0) + count);
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
    quantizable: { count: quantizable.length, bytes: quantizableBytes },
    skipped: [...left].map(([reason, count]) => ({ reason, count })),
    frozen: 0,
    ...defined({ pictures: pictureRange(kind.inputs, file) }),
  };
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
