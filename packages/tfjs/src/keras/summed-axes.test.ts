import { quantize, train, type Recipe } from '@lowbit/core';
import { keras, readKeras } from '@lowbit/keras';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';

import { goldenOf, kerasCases } from '../../../keras/test/cases.js';
import { tensorOf } from '../../test/keras-cases.js';
import { memoryFile } from '../../test/memory-file.js';
import { load } from '../io/load-model.js';
import { save } from '../io/save-model.js';
import { load as loadPacked } from '../load/index.js';
import { registry } from '../register.js';
import { tfjs } from '../tfjs.js';
import { kerasModel } from './keras-model.js';
import { toLayersModel } from './to-layers-model.js';

const files = (await kerasCases('keras3')).get('multi_head_attention')!;
const file = files.get('model.keras')!;

/** Longer than what is in a head of either layer: 2 of 3 heads and 5 of 2. */
const recipe: Recipe = { registry, weights: 'min-max', bits: 4, granularity: 'group:4' };

beforeAll(() => tf.setBackend('cpu'));

const valuesOf = (model: LayersModel) => model.weights.map((weight) => [...weight.read().dataSync()]);

const outputsOf = (model: LayersModel) =>
  [model.predict(goldenOf(files).inputs.map(tensorOf))].flat().map((result) => [...result.dataSync()]);

describe('a kernel that sums over heads and what is in them', () => {
  it('is quantized in groups of both together, in the running model as in the file', async () => {
    const { model: ofFile, report } = await quantize(keras(file), recipe);
    const running = await toLayersModel(await readKeras(file));
    const { model: ofRunning, report: other } = await quantize(tfjs(running), recipe);
    const kernels = report.weights.filter(({ id }) => id.includes('attention_output'));
    expect(kernels.map(({ granularity, shape }) => [granularity, shape])).toEqual([
      ['group:4', [6, 8]],
      ['group:4', [10, 6]],
    ]);
    expect(other.weights.map(({ error, slices }) => [error, slices])).toEqual(
      report.weights.map(({ error, slices }) => [error, slices]),
    );
    const layers = await toLayersModel(ofFile);
    expect(valuesOf(layers)).toEqual(valuesOf(ofRunning));
    [running, layers, ofRunning].forEach((model) => model.dispose());
  });

  it.each(['packed', 'plain'] as const)('is the same when it is saved %s and loaded', async (format) => {
    const ofFile = await readKeras(file);
    const [first] = ofFile.network.layers.filter(({ className }) => className === 'MultiHeadAttention');
    const running = await toLayersModel(ofFile);
    const include = [first!.name];
    const { model } = await quantize(tfjs(running, { format }), { ...recipe, include });
    const stored = memoryFile();
    await save(model, stored, { format });
    const loaded = await load(stored);
    const wanted = outputsOf(model);
    expect(valuesOf(loaded)).toEqual(valuesOf(model));
    expect(outputsOf(await loadPacked(stored, { weights: 'packed' }))).toEqual(wanted);
    const back = await toLayersModel(await kerasModel(loaded));
    expect(outputsOf(back)).toEqual(wanted);
    // What was quantized keeps its form.
    const both = (await quantize(tfjs(loaded, { format }), recipe)).model;
    await save(both, stored, { format });
    const again = await load(stored);
    expect(outputsOf(again)).toEqual(outputsOf(both));
    [running, model, loaded, back, both, again].forEach((each) => each.dispose());
  });

  it('is trained in these groups', async () => {
    const running = await toLayersModel(await readKeras(file));
    const inputs = goldenOf(files).inputs.map(tensorOf);
    const loss = () =>
      tf.sum([running.predict(inputs)].flat().map((result) => tf.sum(tf.square(result)))[0]!);
    const run = train(tfjs(running), recipe);
    let simulated: number[][] = [];
    for await (const { number } of run) {
      expect(number).toBe(0);
      simulated = outputsOf(running);
      const { grads } = tf.variableGrads(loss as () => tf.Scalar);
      const kernel = Object.keys(grads).find((name) => name.includes('attention_output_kernel'))!;
      expect(grads[kernel]!.dataSync().every((slope) => slope !== 0)).toBe(true);
    }
    const { model } = await run.result;
    expect(outputsOf(model)).toEqual(simulated);
    [running, model].forEach((each) => each.dispose());
  });
});
