import type { TensorKernels, TensorOperation } from '@lowbit/kernels/tfjs';
import type { layers, Shape } from '@tensorflow/tfjs-layers';
import { convolutionOf } from '../model/internals.js';
import { borderedShape } from './border.js';
import type { PackedCompute } from './packed-layer.js';
import type { PackedParts, PlannedLayer } from './plan-layers.js';
import { activationLimits, type Limits } from './rectifier.js';

type Layer = layers.Layer;

/** What stands for a layer, and the key by which its stand-in finds it. */
export interface KeyedCompute extends PackedCompute {
  readonly key: string;
}

/** The operations of all layers that run packed. If one cannot be made, none is left. */
export function packLayers(
  planned: readonly PlannedLayer[],
  kernels: TensorKernels,
): Map<Layer, KeyedCompute> {
  const packed = new Map<Layer, KeyedCompute>();
  try {
    for (const { layer, outer, outcome } of planned)
      if (typeof outcome !== 'string')
        packed.set(outer, { ...computeOf(layer, outcome, kernels), key: `p${packed.size}` });
    return packed;
  } catch (error) {
    packed.forEach(({ operation }) => operation.dispose());
    throw error;
  }
}

function computeOf(layer: Layer, parts: PackedParts, kernels: TensorKernels): PackedCompute {
  const limits = activationLimits(layer.getConfig()['activation'] ?? 'linear');
  const { activation } = convolutionOf(layer);
  return {
    operation: operationOf(layer, parts, { ...limits, ...parts.rectifier?.limits }, kernels),
    isDense: layer.getClassName() === 'Dense',
    activation: limits !== undefined || !activation ? undefined : (x) => activation.apply(x),
    outputShape: (shape) =>
      layer.computeOutputShape(parts.border ? borderedShape(shape as Shape, parts.border.zeros) : shape),
  };
}

function operationOf(
  layer: Layer,
  { weights, inputs, bias, border }: PackedParts,
  limits: Limits,
  kernels: TensorKernels,
): TensorOperation {
  if (layer.getClassName() === 'Dense') return kernels.dense({ weights, inputs, bias, ...limits });
  const { strides, dilationRate, padding } = convolutionOf(layer);
  const windows = { strides, dilations: dilationRate, padding: border?.zeros ?? padding };
  if (layer.getClassName() === 'Conv2D')
    return kernels.conv2d({ weights, inputs, bias, ...windows, ...limits });
  return kernels.depthwiseConv2d({ weights, bias, ...windows, ...limits });
}
