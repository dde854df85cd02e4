import { sizeOf } from '@lowbit/core/adapter';
import type { layers, LayerVariable } from '@tensorflow/tfjs-layers';
import { readVariable } from '../model/read-variable.js';
import type { Fold } from './find-folds.js';

/** What the layer computes with when it has taken the normalization in. */
export interface FoldedValues {
  readonly kernel: Float32Array;
  /** One value an output channel. */
  readonly bias: Float32Array;
}

/**
 * The kernel and bias that do what the layer and the normalization after it do together: with f = γ / √(variance + ε) of each
 * output channel, kernel · f and (bias − mean) · f + β.
 *
 * Sergey Ioffe, Christian Szegedy: Batch Normalization, 2015, arXiv:1502.03167, Alg. 2, step 11.
 */
export async function foldedValues(fold: Fold): Promise<FoldedValues> {
  const { layer, norm, kernel: rule } = fold;
  const kernel = await valuesOf(layer, rule.variable);
  const { factors, means, betas } = await normalizationFactors(norm);
  const before = await optional(layer, 'bias', 0, means.length);
  const channel = channelOf(variableOf(layer, rule.variable)?.shape as number[], rule.axes);
  return {
    kernel: kernel.map((value, i) => value * (factors[channel(i)] as number)),
    bias: means.map(
      (value, c) => ((before[c] as number) - value) * (factors[c] as number) + (betas[c] as number),
    ),
  };
}

/** What a batch normalization does to each channel: (value − mean) · factor + beta, with factors in double precision. */
export interface NormalizationFactors {
  readonly factors: readonly number[];
  readonly means: Float32Array;
  readonly betas: Float32Array;
}

export async function normalizationFactors(norm: layers.Layer): Promise<NormalizationFactors> {
  const variance = await valuesOf(norm, 'moving_variance');
  const means = await valuesOf(norm, 'moving_mean');
  const gamma = await optional(norm, 'gamma', 1, means.length);
  const betas = await optional(norm, 'beta', 0, means.length);
  const epsilon = Number(norm.getConfig()['epsilon']);
  // In double precision; each result is rounded once when it is stored.
  const factors = Array.from(variance, (value, c) => (gamma[c] as number) / Math.sqrt(value + epsilon));
  return { factors, means, betas };
}

/** The variable of a layer whose name ends like this. */
export function variableOf(layer: layers.Layer, key: string): LayerVariable | undefined {
  return layer.weights.find(({ originalName }) => originalName.split('/').at(-1) === key);
}

async function valuesOf(layer: layers.Layer, key: string): Promise<Float32Array> {
  return readVariable(variableOf(layer, key) as LayerVariable, `${layer.name}/${key}`);
}

function optional(layer: layers.Layer, key: string, otherwise: number, count: number) {
  if (variableOf(layer, key) === undefined) return new Float32Array(count).fill(otherwise);
  return valuesOf(layer, key);
}

/** From the place of a kernel's value to its output channel, which is row-major over the output axes. */
function channelOf(shape: readonly number[], axes: Fold['kernel']['axes']): (index: number) => number {
  const outputs = axes(shape.length)!.outputAxes.map((axis) => ({
    size: shape[axis] as number,
    stride: sizeOf(shape.slice(axis + 1)),
  }));
  return (index) =>
    outputs.reduce((channel, { size, stride }) => channel * size + (Math.floor(index / stride) % size), 0);
}
