import type { LayerDescriptor } from '@lowbit/core';
import type { layers } from '@tensorflow/tfjs-layers';
import type { Fold, Folding } from './find-folds.js';
import { foldedValues } from './folded-values.js';

/** The descriptor of a layer as it will be: its kernel scaled, or the reason what became of a normalization. */
export function describeFolded(
  descriptor: LayerDescriptor,
  layer: layers.Layer,
  { folds, norms, refused }: Folding,
): LayerDescriptor {
  const fold = folds.get(layer);
  if (fold !== undefined) return withFoldedKernel(descriptor, fold);
  const refusal = refused.get(layer);
  if (!norms.has(layer) && refusal === undefined) return descriptor;
  const reason =
    refusal === undefined ? 'folded into the layer before it' : `not folded: ${refusal}; it stays float`;
  return { ...descriptor, skipped: [{ subject: descriptor.id, reason }] };
}

function withFoldedKernel(descriptor: LayerDescriptor, fold: Fold): LayerDescriptor {
  const isFolded = (id: string) => id.endsWith(`/${fold.kernel.variable}`);
  const read = async () => (await foldedValues(fold)).kernel;
  const weights = descriptor.weights.map((weight) => (isFolded(weight.id) ? { ...weight, read } : weight));
  return { ...descriptor, weights };
}
