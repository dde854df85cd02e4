import { quantize, type Recipe } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { onnx } from '../src/port.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { spectrumModel, tones } from './helpers/spectrum-model.js';

const written = (recipe: Recipe) =>
  quantize(onnx(spectrumModel(), { ort }), { weights: plainMinMax, bits: 8, data: tones(8), ...recipe });

test('a convolution that computes a transform stays float, without which the network would be ruined', async () => {
  const { report } = await written({});
  expect(report.weights.map(({ id }) => id)).toEqual(['first', 'second']);
  expect(report.skipped.find(({ subject }) => subject === 'basis')?.reason).toContain(
    'filters of basis are sampled sines and cosines',
  );
  const forced = await written({ rules: [{ match: { name: 'basis' }, bits: 8 }] });
  expect(forced.report.weights).toHaveLength(3);
  const [kept, ruined] = [report, forced.report].map(({ verdict }) => verdict!.sqnrDb!);
  expect(kept! - ruined!).toBeGreaterThan(10);
});
