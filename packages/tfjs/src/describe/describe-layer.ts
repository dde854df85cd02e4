import type { LayerDescriptor, SkipNote, WeightDescriptor } from '@lowbit/core';
import {
  kernelView,
  layerFamilies,
  layerFloatReason,
  weightFloatReason,
  type KernelAxes,
  type KernelRule,
  type LayerFamily,
} from '@lowbit/tfjs-format';
import * as tf from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { canHaveBias, layerBias } from '../biases/layer-bias.js';
import { readVariable } from '../model/read-variable.js';
import type { ModelLayer, ModelVariable } from '../model/survey.js';
import { describeSites } from './describe-sites.js';

/**
 * One layer for the core; `depth` is its place in the order of execution.
 *
 * @param before Why weights are not quantized again, by id.
 */
export function describeLayer(
  entry: ModelLayer,
  depth: number,
  before: ReadonlyMap<string, string> = new Map(),
): LayerDescriptor {
  const op = entry.layer.getClassName();
  const base = { id: entry.id, op, depth, sites: describeSites(entry.id, entry.layer) };
  const family = layerFamilies[op];
  if (family === undefined) {
    const reason = layerFloatReason(op, entry.variables.length > 0);
    return { ...base, weights: [], skipped: [{ subject: entry.id, reason }] };
  }
  const weights = entry.variables.flatMap((variable) =>
    describeWeight(variable, entry.layer, family, before.get(variable.id)),
  );
  const skipped = skippedWeights(entry.variables, weights);
  const values = weights.reduce((sum, weight) => sum + tf.util.sizeFromShape([...weight.shape]), 0);
  const macs = multiplications(entry.layer, family, values);
  return { ...base, ...(macs !== undefined && { macs }), weights, ...(skipped.length > 0 && { skipped }) };
}

function describeWeight(
  entry: ModelVariable,
  layer: layers.Layer,
  family: LayerFamily,
  quantizedBefore: string | undefined,
): WeightDescriptor[] {
  const rule = family.kernels.find((kernel) => kernel.variable === entry.key);
  if (rule === undefined || entry.variable.dtype !== 'float32') return [];
  const axes = rule.axes(entry.variable.shape.length, layer.getConfig());
  if (axes === undefined) return [];
  const place = layerBias(layer, entry.key, canHaveBias(layer));
  const bias = typeof place === 'string' ? place : true;
  const weight = { ...weightDescriptor(entry, rule.kernel, axes), bias } as const;
  return [quantizedBefore === undefined ? weight : { ...weight, quantizedBefore }];
}

function weightDescriptor(
  { id, variable }: ModelVariable,
  kernel: KernelRule['kernel'],
  axes: KernelAxes,
): WeightDescriptor {
  const shape = variable.shape as number[];
  return {
    id,
    kernel,
    ...kernelView(shape, axes),
    storedBytes: tf.util.sizeFromShape(shape) * Float32Array.BYTES_PER_ELEMENT,
    read: () => readVariable(variable, id),
  };
}

function skippedWeights(
  variables: readonly ModelVariable[],
  weights: readonly WeightDescriptor[],
): SkipNote[] {
  const described = new Set(weights.map((weight) => weight.id));
  return variables
    .filter(({ id }) => !described.has(id))
    .map(({ id, key, variable }) => ({ subject: id, reason: weightFloatReason(key, variable.dtype) }));
}

/**
 * Multiply-accumulate operations of one sample: values in the kernels × positions. Undefined where a size is
 * not known before the model runs, or where the layer is applied more than once.
 */
function multiplications(layer: layers.Layer, family: LayerFamily, kernelValues: number): number | undefined {
  if (family.positions === undefined || layer.inboundNodes.length !== 1) return undefined;
  const [node] = layer.inboundNodes;
  const [tensor] = (family.positions === 'input' ? node?.inputTensors : node?.outputTensors) ?? [];
  if (tensor === undefined) return undefined;
  const { shape } = tensor;
  const channels = layer.getConfig()['dataFormat'] === 'channelsFirst' ? 1 : shape.length - 1;
  const positions = shape.filter((_, axis) => axis !== 0 && axis !== channels);
  if (positions.some((size) => size === null)) return undefined;
  return positions.reduce<number>((product, size) => product * (size as number), kernelValues);
}
