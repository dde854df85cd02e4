import type { layers } from '@tensorflow/tfjs-layers';

/** Why the input of a layer cannot be quantized patch by patch; `undefined` where it can: a Dense layer's patches are rows. */
export function patchesProblem(layer: layers.Layer): string | undefined {
  const name = layer.getClassName();
  if (name === 'Dense') return undefined;
  if (name !== 'Conv2D') return `patches are known of Dense and Conv2D, not of ${name}`;
  const isFirst = (layer as { dataFormat?: string }).dataFormat === 'channelsFirst';
  return isFirst
    ? 'patches of a Conv2D are known with channels last, and its channels come first'
    : undefined;
}
