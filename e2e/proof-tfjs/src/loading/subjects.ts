import { inceptionArtifacts, mobileNetArtifacts } from '@lowbit/e2e-real-models';
import type { Granularity } from '@lowbit/core';
import { layers, loadLayersModel, sequential, type LayersModel } from '@tensorflow/tfjs-layers';

/** How weights are quantized. */
export interface Setting {
  readonly weights: string;
  readonly bits: number;
  readonly granularity: Granularity;
}

/** A model that is loaded, and predicts. */
export interface Subject {
  readonly name: string;
  readonly settings: readonly Setting[];
  /** What predicting with `weights: 'packed'` may take of the time with floats. */
  readonly mostPredicting: number;
  /** Shape of one input. */
  readonly input: readonly number[];
  make(): Promise<LayersModel>;
}

const [channel, grouped] = ['channel', 'group:32'] as const;

const even: readonly Setting[] = [
  { weights: 'min-max', bits: 8, granularity: channel },
  { weights: 'min-max', bits: 4, granularity: channel },
  { weights: 'min-max', bits: 4, granularity: grouped },
];

const codebooks: readonly Setting[] = [
  { weights: 'slq', bits: 3, granularity: channel },
  { weights: 'nf4', bits: 4, granularity: channel },
];

/** What is promised. */
const promised = 1.5;

export const subjects: readonly Subject[] = [
  {
    name: 'Inception v3, 22 million weights',
    settings: [even[1]!],
    mostPredicting: promised,
    input: [299, 299, 3],
    make: () => loadLayersModel({ load: inceptionArtifacts }),
  },
  {
    name: 'MobileNetV2, 2.6 million weights',
    settings: [...even.slice(0, 2), codebooks[1]!],
    mostPredicting: promised,
    input: [224, 224, 3],
    make: () => loadLayersModel({ load: mobileNetArtifacts }),
  },
  {
    name: 'Four convolutions on 32 × 32, 4.4 million weights',
    settings: [...even, ...codebooks],
    mostPredicting: promised,
    input: [32, 32, 3],
    make: async () => fourConvolutions(),
  },
];

function fourConvolutions(): LayersModel {
  const convolution = (filters: number, strides: number, inputShape?: number[]) =>
    layers.conv2d({ filters, kernelSize: 3, strides, ...(inputShape && { inputShape }) });
  return sequential({
    layers: [
      convolution(128, 2, [32, 32, 3]),
      convolution(256, 1),
      convolution(512, 2),
      convolution(512, 1),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 1000 }),
    ],
  });
}
