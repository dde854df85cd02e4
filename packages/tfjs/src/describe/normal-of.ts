import type { NormalDistribution } from '@lowbit/core/adapter';
import { keepsDistribution, normalizedDistribution } from '@lowbit/tfjs-format';
import type { layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { normalizationOf } from '../model/internals.js';

/**
 * The distribution that batch normalization gives a tensor, before any rectifier. `undefined` where no batch normalization is in front.
 */
export function normalOf(tensor: SymbolicTensor): NormalDistribution | undefined {
  let layer: layers.Layer | undefined = tensor.sourceLayer;
  for (let steps = 0; layer !== undefined && steps < 8; steps++) {
    if (layer.getClassName() === 'BatchNormalization') {
      const { gamma, beta } = normalizationOf(layer);
      return normalizedDistribution(gamma?.read().dataSync<'float32'>(), beta?.read().dataSync<'float32'>());
    }
    if (!keepsDistribution(layer.getClassName()) || layer.inboundNodes.length !== 1) return undefined;
    layer = layer.inboundNodes[0]?.inboundLayers[0];
  }
  return undefined;
}
