import { ownPrefix } from './layer-families.js';

const classReasons: Readonly<Record<string, string>> = {
  BatchNormalization: 'normalization has few parameters and is sensitive: it stays float',
  LayerNormalization: 'normalization has few parameters and is sensitive: it stays float',
  GroupNormalization: 'normalization has few parameters and is sensitive: it stays float',
  RMSNormalization: 'normalization has few parameters and is sensitive: it stays float',
  PReLU: 'the slopes are few: they stay float',
  Normalization: 'mean and variance are few: they stay float',
  Attention: 'the scale is few numbers: it stays float',
  AdditiveAttention: 'the scale is few numbers: it stays float',
};

const variableReasons: Readonly<Record<string, string>> = {
  bias: 'a bias is small: it stays float',
};

/** Why a whole layer stays as it is. */
export function layerFloatReason(className: string, hasWeights: boolean): string {
  if (!hasWeights) return 'the layer has no weights';
  return (
    classReasons[className.replace(ownPrefix, '')] ??
    `the axes of a ${className} layer's weights are not known: they stay float`
  );
}

/** Why one weight of a layer stays as it is although others are quantized. */
export function weightFloatReason(variable: string, dtype: string): string {
  if (dtype !== 'float32') return `only float32 weights are quantized, this one is ${dtype}`;
  return variableReasons[variable.split('_').at(-1)!] ?? 'this weight has no output channels: it stays float';
}
