import { biasPlace, type BiasPlace } from '@lowbit/tfjs-format';
import type { layers } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

/** Where numbers are added to the output channels of a weight of a layer as it is, or would be with a bias; why nowhere, a clause. */
export function layerBias(layer: Layer, key: string, canHaveBias: boolean): BiasPlace | string {
  const shapeOf = (variable: string) =>
    layer.weights.find(({ originalName }) => originalName.split('/').at(-1) === variable)?.shape as
      readonly number[] | undefined;
  const settings = layer.getConfig();
  return biasPlace(layer.getClassName(), key, { shape: shapeOf(key), shapeOf, canHaveBias, settings });
}

/** Layers of models are called by themselves; layers inside others, such as `Bidirectional`, by these. */
export const canHaveBias = (layer: Layer): boolean => layer.inboundNodes.length > 0;
