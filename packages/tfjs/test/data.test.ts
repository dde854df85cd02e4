import { quantize, train, type Batch, type Quantizer } from '@lowbit/core';
import { expect } from 'vitest';
import { tfjs } from '../src/index.js';
import { disposeWeights } from '../src/model/dispose-weights.js';
import { onEveryBackend } from './backends.js';
import { smallSequential } from './models.js';
import { grid } from './quantizers.js';

/** Levels over the range that was seen. */
const seen: Quantizer = {
  ...grid,
  name: 'seen',
  roles: ['activation'],
  bits: { activation: [8] },
  needs: 'ranges',
  fit(_, { ranges }) {
    const { min, max } = ranges!;
    return { kind: 'affine', levels: 256, scale: Math.fround((max - min) / 255), offset: Math.fround(min) };
  },
};

const batches: readonly Batch[] = [1, 2].map((seed) => ({
  inputs: { x: { shape: [3, 6, 2], data: Float32Array.from({ length: 36 }, (_, i) => Math.sin(seed * i)) } },
}));
async function* generated() {
  for (const batch of batches) yield await Promise.resolve(batch);
}

onEveryBackend('data of a recipe', (test) => {
  test('are observed as observe does, whatever they are iterated by', async () => {
    const model = smallSequential();
    const recipe = { weights: grid, activations: seen };
    const calibration = await tfjs(model).observe(batches, { statistics: 'ranges' });
    const expected = await quantize(tfjs(model), { ...recipe, calibration });
    for (const data of [batches, generated()]) {
      const done = await quantize(tfjs(model), { ...recipe, data });
      expect(done.calibration).toEqual(calibration);
      expect(done.report.activations).toEqual(expected.report.activations);
      expect(done.report.warnings.some((warning) => warning.includes('were kept'))).toBe(data !== batches);
      disposeWeights(done.model);
    }
    [model, expected.model].forEach(disposeWeights);
  });

  test('say what the outputs are worth where weights alone are quantized', async () => {
    const model = smallSequential();
    const { model: small, report } = await quantize(tfjs(model), { weights: grid, data: generated() });
    expect(report.verdict?.outputs).toBeDefined();
    expect(report.warnings).not.toContainEqual(expect.stringContaining('not read'));
    [model, small].forEach(disposeWeights);
  });

  test('serve a training too', async () => {
    const model = smallSequential();
    const recipe = { weights: grid, activations: seen };
    const calibration = await tfjs(model).observe(batches, { statistics: 'ranges' });
    const run = train(tfjs(model), { ...recipe, data: generated() });
    for await (const round of run) expect(round.number).toBe(0);
    const trained = await run.result;
    const expected = await quantize(tfjs(model), { ...recipe, calibration });
    expect(trained.report.activations).toEqual(expected.report.activations);
    expect(trained.report.warnings).toContainEqual(expect.stringContaining('2 batches were kept'));
    [model, trained.model, expected.model].forEach(disposeWeights);
  });
});
