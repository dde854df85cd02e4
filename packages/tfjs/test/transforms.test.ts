import { quantize } from '@lowbit/core';

import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { expect, test } from 'vitest';
import { tfjs } from '../src/index.js';
import { withSeededWeights } from './models.js';
import { grid } from './quantizers.js';

const taps = 32;

/** [taps, 1, filters]: cosines under a Hann window, of every second bin, then their sines. */
const basis = Float32Array.from({ length: taps * taps }, (_, i) => {
  const tap = Math.floor(i / taps);
  const filter = i % taps;
  const angle = (2 * Math.PI * tap) / taps;
  const phase = filter < taps / 2 ? 0 : Math.PI / 2;
  return (0.5 - 0.5 * Math.cos(angle)) * Math.cos(angle * (1 + (filter % (taps / 2))) + phase);
});

test.each([
  ['conv1d', [taps, 1, taps]],
  ['conv2d', [1, taps, 1, taps]],
] as const)('a transform by %s stays float', async (kind, shape) => {
  const transform =
    kind === 'conv1d'
      ? tfLayers.layers.conv1d({ name: 'stft', filters: taps, kernelSize: taps, inputShape: [64, 1] })
      : tfLayers.layers.conv2d({
          name: 'stft',
          filters: taps,
          kernelSize: [1, taps],
          inputShape: [1, 64, 1],
        });
  const model = withSeededWeights(
    tfLayers.sequential({
      layers: [transform, tfLayers.layers.flatten(), tfLayers.layers.dense({ name: 'last', units: 4 })],
    }),
  );
  transform.setWeights([tf.tensor(basis, [...shape]), tf.zeros([taps])]);
  const { report } = await quantize(tfjs(model), { weights: grid, bits: 8 });
  expect(report.weights.map(({ layer }) => layer)).toEqual(['last']);
  const named = report.skipped.filter(({ reason }) => reason.includes('sampled sines and cosines'));
  expect(named.map(({ layer }) => layer)).toEqual(['stft']);
});
