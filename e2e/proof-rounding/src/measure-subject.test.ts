import { sqnrDb, useWasm, type RealModelTask, type TaskResult } from '@lowbit/e2e-real-models';
import { tfjs } from '@lowbit/tfjs';
import { layers, sequential, type LayersModel } from '@tensorflow/tfjs-layers';
import { tensor, tensor2d, type Tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { measureSubject, mostMore } from './measure-subject.js';
import { methodsAt } from './methods.js';
import type { Subject } from './subjects.js';

const noise = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + i * i) + 0.5);

const task: RealModelTask<LayersModel> = {
  name: 'two dense layers',
  unit: 'row',
  async load() {
    await useWasm();
    const model = sequential({
      layers: [
        layers.dense({ inputShape: [24], units: 32, activation: 'relu' }),
        layers.dense({ units: 20 }),
      ],
    });
    model.setWeights(model.getWeights().map(({ shape }, i) => valuesOf(shape as number[], i)));
    return model;
  },
  async run(model): Promise<TaskResult> {
    const outputs = (model.predict(tensor2d(noise(24 * 40, 900), [40, 24])) as Tensor).dataSync();
    return {
      outputs: [outputs as Float32Array],
      medianMs: 0,
      answers: [],
      task: { summary: '', numbers: {} },
    };
  },
  compare: (float, quantized) => ({
    sqnrDb: sqnrDb(float.outputs, quantized.outputs),
    usable: true,
    kept: 1,
    summary: '',
  }),
  probe: () => Promise.reject(new Error('not timed')),
  batches: () => [],
  calibration: () => [],
};

/** Values of a matrix or a bias. */
const valuesOf = (shape: readonly number[], seed: number): Tensor =>
  tensor(
    noise(
      shape.reduce((product, size) => product * size, 1),
      seed,
    ),
    [...shape],
  );

const subject: Subject<LayersModel, LayersModel> = {
  name: task.name,
  task,
  calibration: ({ inputNames }) =>
    [0, 1, 2, 3].map((seed) => ({
      inputs: { [inputNames[0] as string]: { shape: [64, 24], data: noise(64 * 24, 10 * seed) } },
    })),
  port: (model) => tfjs(model),
  artifact: (model) => model,
  compare: task.compare,
};

it('measures every method at each width, against nearest, and bits at its bytes', async () => {
  const results = await measureSubject(subject, [3], () => undefined);
  expect(results.map(({ method }) => method)).toEqual(['nearest', ...methodsAt(3).map(({ name }) => name)]);
  const [nearest, rounded] = results;
  expect(nearest!.gainDb).toBe(0);
  expect(rounded!.gainDb).toBeGreaterThan(0);
  // A plan that names rounders takes more bytes, which count in a model so small.
  const ofPlan = 300;
  for (const { bytes } of results)
    expect(bytes).toBeLessThanOrEqual((1 + mostMore) * nearest!.bytes + ofPlan);
});
