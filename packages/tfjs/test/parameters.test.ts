import {
  measureError,
  quantize,
  train,
  type ErrorMeasures,
  type Granularity,
  type ParameterStorage,
} from '@lowbit/core';
import { weightBytes } from './sizes.js';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import { loadGraph } from '../src/graph/index.js';
import { graphModel, load, save, saveGraph, tfjs } from '../src/index.js';
import { disposeWeights } from '../src/model/dispose-weights.js';
import { surveyModel } from '../src/model/survey.js';
import { registry } from '../src/register.js';
import { onEveryBackend } from './backends.js';
import { imageGraph } from './graphs.js';
import { memoryFile } from './memory-file.js';
import { imageModel, withSeededWeights } from './models.js';

/** A model with a channel of zeros, and one a million times smaller than the others. */
function unevenModel(): tfLayers.LayersModel {
  const model = imageModel();
  const kernel = model.getLayer('conv').weights[0]!;
  tf.tidy(() => void kernel.write(tf.mul(kernel.read(), tf.tensor1d([1, 0, 1e-6, 1]))));
  return model;
}

function weightsOf(model: tfLayers.LayersModel): Map<string, Float32Array> {
  const variables = surveyModel(model).flatMap((layer) => layer.variables);
  return new Map(variables.map(({ id, variable }) => [id, variable.read().dataSync<'float32'>().slice()]));
}

/** Equal but for the order in which double precision adds. */
function expectSame(error: ErrorMeasures, expected: ErrorMeasures): void {
  for (const name of ['sqnrDb', 'meanSquared', 'largest'] as const)
    expect(Math.abs(error[name]! - expected[name]!)).toBeLessThanOrEqual(1e-12 * Math.abs(expected[name]!));
}

const twoLevel = (bits: 6 | 8) => ({ kind: 'two-level', bits }) as const;
const cases: readonly [string, ParameterStorage][] = [
  ...(['min-max', 'absmax', 'mse'] as const).flatMap((weights) =>
    (['float32', 'float16', twoLevel(6), twoLevel(8)] as const).map((storage): [string, ParameterStorage] => [
      weights,
      storage,
    ]),
  ),
  ['slq', 'float16'],
  ['horq:order=2', 'float16'],
];

onEveryBackend('the report tells the error of what a packed file holds', (test) => {
  for (const [weights, parameterStorage] of cases)
    test(`${weights}, parameters as ${JSON.stringify(parameterStorage)}`, async () => {
      const model = unevenModel();
      const original = weightsOf(model);
      for (const granularity of ['channel', 'group:2'] satisfies Granularity[]) {
        const bits = weights.startsWith('horq') ? 2 : 4;
        const recipe = { registry, weights, bits, granularity, parameterStorage };
        const { model: small, report } = await quantize(tfjs(model), recipe);
        const file = memoryFile();
        await save(small, file);
        const loaded = await load(file);
        const values = weightsOf(loaded);
        for (const { id, error } of report.weights)
          expectSame(error!, measureError(original.get(id)!, values.get(id)!));
        const kernel = values.get('conv/kernel')!;
        // Channel 1 of 4 is zero, channel 2 is small and not gone.
        expect(kernel.filter((value, i) => i % 4 === 1 && value !== 0)).toHaveLength(0);
        expect(kernel.some((value, i) => i % 4 === 2 && value !== 0)).toBe(true);
        for (const each of [small, loaded]) disposeWeights(each);
      }
      disposeWeights(model);
    });

  test('of a codebook that all slices share, which costs 4.5 bits a weight in groups of 32', async () => {
    const dense = tfLayers.layers.dense({ name: 'dense', units: 16, inputShape: [256], useBias: false });
    const model = withSeededWeights(tfLayers.sequential({ layers: [dense] }));
    const original = weightsOf(model);
    const recipe = {
      registry,
      weights: 'nf4',
      bits: 4,
      granularity: 'group:32',
      parameterStorage: 'float16',
    } as const;
    const { model: small, report } = await quantize(tfjs(model), recipe);
    // The 16 shared values are 64 bytes.
    expect(report.bitsPerWeight).toBeCloseTo(4.5 + (8 * 64) / 4096, 10);
    const file = memoryFile();
    const saved = await save(small, file);
    expect([weightBytes(saved), saved.lowestSqnrDb]).toEqual([2048 + 256 + 64, null]);
    for (const weights of ['float', 'packed'] as const) {
      const loaded = await load(file, { weights });
      const values = new Map<string, Float32Array>();
      // Packed weights give tensors of their own when they are read.
      tf.tidy(() => weightsOf(loaded).forEach((list, id) => values.set(id, list)));
      expect(values).toEqual(weightsOf(small));
      const [before, after] = [original, values].map((all) => all.get('dense/kernel')!);
      expectSame(report.weights[0]!.error!, measureError(before!, after!));
      expect(await save(loaded, memoryFile())).toEqual(saved);
      disposeWeights(loaded);
    }
    const { model: plain, report: told } = await quantize(tfjs(model, { format: 'plain' }), {
      registry,
      weights: 'nf4',
      bits: 4,
    });
    expect(told.weights[0]!.form).toBe('float16');
    for (const each of [model, small, plain]) disposeWeights(each);
  });

  test('of a shared codebook in a graph, and trained', async () => {
    const { model: graph } = await quantize(graphModel(imageGraph()), { registry, weights: 'nf4', bits: 4 });
    const file = memoryFile();
    await saveGraph(graph, file);
    const [loaded, made] = [await loadGraph(file), await loadGraph(graph)];
    for (const [id, [tensor]] of Object.entries(made.weights))
      expect(loaded.weights[id]![0]!.dataSync()).toEqual(tensor!.dataSync());
    loaded.dispose();
    made.dispose();
    const dense = tfLayers.layers.dense({ name: 'dense', units: 3, inputShape: [8] });
    const model = withSeededWeights(tfLayers.sequential({ layers: [dense] }));
    const optimizer = tf.train.sgd(0.05);
    model.compile({ optimizer, loss: 'meanSquaredError' });
    const [xs, ys] = [tf.ones([2, 8]), tf.zeros([2, 3])];
    const run = train(tfjs(model), { registry, weights: 'nf4', bits: 4 });
    const losses: number[] = [];
    for await (const { number } of run) {
      expect(number).toBe(0);
      const { history } = await model.fit(xs, ys, { epochs: 5, verbose: 0 });
      losses.push(...(history['loss'] as number[]));
    }
    const { model: small, report } = await run.result;
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    expect(report.weights[0]!.error!.sqnrDb).toBeGreaterThan(15);
    tf.dispose([xs, ys]);
    optimizer.dispose();
    for (const each of [model, small]) disposeWeights(each);
  });

  test('of a graph too', async () => {
    const live = await loadGraph(imageGraph());
    const floats = new Map(
      Object.entries(live.weights).map(([id, [w]]) => [id, Float32Array.from(w!.dataSync())]),
    );
    live.dispose();
    for (const parameterStorage of ['float16', twoLevel(6)] as const) {
      const recipe = { registry, weights: 'min-max', bits: 4, parameterStorage };
      const { model, report } = await quantize(graphModel(imageGraph()), recipe);
      const file = memoryFile();
      await saveGraph(model, file);
      const loaded = await loadGraph(file);
      for (const { id, error } of report.weights) {
        const [tensor] = loaded.weights[id]!;
        expectSame(error!, measureError(floats.get(id)!, Float32Array.from(tensor!.dataSync())));
      }
      loaded.dispose();
    }
  });
});
