import { quantize, type ProgressEvent, type Recipe } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { onnx } from '../src/port.js';
import { plainMinMax } from './helpers/plain-min-max.js';
import { spectrumModel, tones } from './helpers/spectrum-model.js';

const port = () => onnx(spectrumModel(), { ort });
const recipe: Recipe = { weights: plainMinMax, bits: 8, data: tones(8) };
/** With it the transform is quantized all the same. */
const forced: Recipe = { ...recipe, rules: [{ match: { name: 'basis' }, bits: 8 }] };

test('a convolution that computes a transform stays float, since the network would be ruined', async () => {
  const { report } = await quantize(port(), recipe);
  expect(report.weights.map(({ id }) => id)).toEqual(['first', 'second']);
  const left = report.skipped.find(({ subject }) => subject === 'basis');
  expect(left?.reason).toContain('filters of basis are sampled sines and cosines');
  expect(report.verdict).toMatchObject({ grade: 'probably-usable' });
  expect(report.verdict!.weights).toBeUndefined();
});

test('of a ruined network the weight that ruins it is named, and leaving it float helps', async () => {
  const events: ProgressEvent[] = [];
  const onProgress = (event: ProgressEvent) => void events.push(event);
  const { report } = await quantize(port(), forced, { onProgress });
  const { weights, next, grade } = report.verdict!;
  expect(grade).toBe('probably-unusable');
  expect(weights?.alone.map(({ ids }) => ids)).toEqual([['basis'], ['first'], ['second']]);
  expect(weights?.worst?.id).toBe('basis');
  expect(next).toEqual({ exclude: ['basis'] });
  const measured = events.filter(({ phase }) => phase === 'measure');
  // Two more would have run with more bits, had leaving it float not been enough.
  expect(measured.map(({ done, total }) => [done, total])).toEqual([0, 1, 2, 3, 4, 7].map((i) => [i, 7]));

  const followed = await quantize(port(), { ...forced, ...next! });
  expect(followed.report.verdict).toMatchObject({ grade: 'probably-usable' });
  expect(followed.report.verdict!.sqnrDb).toBeCloseTo(weights!.worst!.without.sqnrDb!, 3);
});

test('measuring weights can be cancelled', async () => {
  const signal = { aborted: false };
  const onProgress = ({ phase, done }: ProgressEvent) => {
    if (phase === 'measure' && done === 1) signal.aborted = true;
  };
  await expect(quantize(port(), forced, { signal, onProgress })).rejects.toMatchObject({ code: 'aborted' });
});
