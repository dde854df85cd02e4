import { sizeOf } from '@lowbit/core/adapter';
import { type BiasPlace, layerFamilies } from '@lowbit/tfjs-format';
import type { layers } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

/** Where numbers are added to the output channels of a weight of a layer as it is, or would be with a bias; why nowhere, a clause. */
export function layerBias(layer: Layer, key: string, canHave: boolean): BiasPlace | string {
  const rule = layerFamilies[layer.getClassName()]?.kernels.find(({ variable }) => variable === key);
  const shapeOf = (variable: string) =>
    layer.weights.find(({ originalName }) => originalName.split('/').at(-1) === variable)?.shape as
      readonly number[] | undefined;
  const [shape, settings] = [shapeOf(key), layer.getConfig()];
  const axes = shape && rule?.axes(shape.length, settings);
  if (rule === undefined || shape === undefined || axes === undefined)
    return 'nothing is known of what is added to its channels';
  const channels = sizeOf(axes.outputAxes.map((axis) => shape[axis] as number));
  return rule.bias({ shape, channels, shapeOf, canHaveBias: canHave, settings });
}

/** Layers of models are called by themselves; layers inside others, such as `Bidirectional`, by these. */
export const canHaveBias = (layer: Layer): boolean => layer.inboundNodes.length > 0;
