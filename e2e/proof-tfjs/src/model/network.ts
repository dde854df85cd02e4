import * as tfl from '@tensorflow/tfjs-layers';
import { side } from '../data/fashion-mnist.js';

/**
 * What stands between two convolutions:
 *
 * - `rectified`   [pool] → batch normalization → ReLU, the usual network
 * - `half-wave`   [pool] → batch normalization without scale and shift, then the quantizer of the next layer (HWGQ, BNN)
 * - `signed`      ReLU → [pool] → batch normalization without scale and shift, then the quantizer (XNOR-Net, HORQ)
 */
export type BlockOrder = 'rectified' | 'half-wave' | 'signed';

interface Convolution {
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
  readonly isPooled: boolean;
}

/** 28 × 28 → 14 × 14 → 7 × 7 → 7 × 7 → 3 × 3. */
const convolutions: readonly Convolution[] = [
  { filters: 16, kernelSize: 5, strides: 2, isPooled: false },
  { filters: 32, kernelSize: 3, strides: 1, isPooled: true },
  { filters: 32, kernelSize: 3, strides: 1, isPooled: false },
  { filters: 64, kernelSize: 3, strides: 1, isPooled: true },
];

/** Names of the first and the last layer, which most methods leave float. */
export const endLayers = ['conv1', 'classes'] as const;

/** The network of the proof: four convolutions and a dense layer, 38,000 weights. Compile it before training. */
export function network(order: BlockOrder, seed: number): tfl.Sequential {
  const { layers } = tfl;
  const model = tfl.sequential();
  convolutions.forEach((convolution, i) => {
    const isLast = i === convolutions.length - 1;
    for (const layer of block(convolution, i, order, isLast, seed)) model.add(layer);
  });
  model.add(layers.flatten({ name: 'flat' }));
  const kernelInitializer = tfl.initializers.glorotUniform({ seed: seed + convolutions.length });
  model.add(layers.dense({ name: 'classes', units: 10, activation: 'softmax', kernelInitializer }));
  return model;
}

function block(
  { filters, kernelSize, strides, isPooled }: Convolution,
  index: number,
  order: BlockOrder,
  isLast: boolean,
  seed: number,
): tfl.layers.Layer[] {
  const { layers } = tfl;
  const number = index + 1;
  const convolution = layers.conv2d({
    name: `conv${number}`,
    filters,
    kernelSize,
    strides,
    padding: 'same',
    useBias: false,
    kernelInitializer: tfl.initializers.heNormal({ seed: seed + index }),
    ...(index === 0 ? { inputShape: [side, side, 1] } : {}),
  });
  const pool = isPooled ? [layers.maxPooling2d({ name: `pool${number}`, poolSize: 2 })] : [];
  const rectifier = layers.reLU({ name: `relu${number}` });
  // Without scale and shift TensorFlow.js cannot train batch normalization: they stay 1 and 0 instead.
  const norm = layers.batchNormalization({ name: `norm${number}`, trainable: order === 'rectified' });
  if (order === 'signed') return [convolution, rectifier, ...pool, norm];
  return [convolution, ...pool, norm, ...(order === 'rectified' || isLast ? [rectifier] : [])];
}
