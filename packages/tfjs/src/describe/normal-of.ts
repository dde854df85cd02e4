import type { NormalDistribution } from '@lowbit/core/adapter';
import type { layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { type Normalization, normalizationOf } from '../model/internals.js';

/** Layers that change a normal distribution as a rectifier does, or only choose among its values. */
const passing = new Set([
  'Activation',
  'ReLU',
  'LeakyReLU',
  'MaxPooling1D',
  'MaxPooling2D',
  'Dropout',
  'Flatten',
  'Reshape',
  'ZeroPadding2D',
]);

/**
 * The distribution that batch normalization gives a tensor, before any rectifier: over all channels, the mean of β and the
 * standard deviation of the mixture of normal distributions N(βᵢ, γᵢ²). `undefined` where no batch normalization is in front.
 */
export function normalOf(tensor: SymbolicTensor): NormalDistribution | undefined {
  let layer: layers.Layer | undefined = tensor.sourceLayer;
  for (let steps = 0; layer !== undefined && steps < 8; steps++) {
    if (layer.getClassName() === 'BatchNormalization') return distributionOf(normalizationOf(layer));
    if (!passing.has(layer.getClassName()) || layer.inboundNodes.length !== 1) return undefined;
    layer = layer.inboundNodes[0]?.inboundLayers[0];
  }
  return undefined;
}

function distributionOf({ gamma, beta }: Normalization): NormalDistribution {
  const scales = gamma ? gamma.read().dataSync() : Float32Array.of(1);
  const shifts = beta ? beta.read().dataSync() : Float32Array.of(0);
  const mean = average(shifts);
  const variance =
    average(scales.map((scale) => scale * scale)) + average(shifts.map((shift) => (shift - mean) ** 2));
  return { mean, deviation: Math.sqrt(variance) };
}

function average(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}
