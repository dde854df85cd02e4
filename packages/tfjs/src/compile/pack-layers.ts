import type { Kernels, Operation } from '@lowbit/kernels';
import type { layers } from '@tensorflow/tfjs-layers';
import { convolutionOf } from '../model/internals.js';
import type { PackedCompute } from './packed-layer.js';
import type { PackedParts, PlannedLayer } from './plan-layers.js';
import { activationLimits, type Limits } from './rectifier.js';

type Layer = layers.Layer;

/** What stands for a layer, and the key by which its stand-in finds it. */
export interface KeyedCompute extends PackedCompute {
  readonly key: string;
}

/** The operations of all layers that run packed. If one cannot be made, none is left. */
export function packLayers(planned: readonly PlannedLayer[], kernels: Kernels): Map<Layer, KeyedCompute> {
  const packed = new Map<Layer, KeyedCompute>();
  try {
    for (const { layer, outcome } of planned)
      if (typeof outcome !== 'string')
        packed.set(layer, { ...computeOf(layer, outcome, kernels), key: `p${packed.size}` });
    return packed;
  } catch (error) {
    packed.forEach(({ operation }) => operation.dispose());
    throw error;
  }
}

function computeOf(layer: Layer, parts: PackedParts, kernels: Kernels): PackedCompute {
  const limits = activationLimits(layer.getConfig()['activation'] ?? 'linear');
  const { activation } = convolutionOf(layer);
  return {
    operation: operationOf(layer, parts, { ...limits, ...parts.rectifier?.limits }, kernels),
    isDense: layer.getClassName() === 'Dense',
    activation: limits !== undefined || !activation ? undefined : (x) => activation.apply(x),
    outputShape: (shape) => layer.computeOutputShape(shape),
  };
}

function operationOf(
  layer: Layer,
  { weights, bias }: PackedParts,
  limits: Limits,
  kernels: Kernels,
): Operation {
  if (layer.getClassName() === 'Dense') return kernels.dense({ weights, bias, ...limits });
  const { strides, dilationRate, padding } = convolutionOf(layer);
  return kernels.conv2d({ weights, bias, strides, dilations: dilationRate, padding, ...limits });
}
