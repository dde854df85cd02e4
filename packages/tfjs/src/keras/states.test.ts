import { quantize, train, type Batch } from '@lowbit/core';
import { keras, readKeras } from '@lowbit/keras';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';

import { goldenOf, kerasCases, type Files } from '../../../keras/test/cases.js';
import { tensorOf } from '../../test/keras-cases.js';
import { registry } from '../register.js';
import { tfjs } from '../tfjs.js';
import { runner } from './runner.js';
import { toLayersModel } from './to-layers-model.js';

const cases = await kerasCases('keras3-states');

/** The inputs of a case under names, with a label for each sample. */
function batchOf(files: Files, names: readonly string[]): Batch {
  const { inputs } = goldenOf(files);
  const named = inputs.map((input, i) => {
    const tensor = tensorOf(input);
    return [names[i]!, { shape: tensor.shape, data: tensor.dataSync() }] as const;
  });
  return {
    inputs: Object.fromEntries(named),
    labels: Array.from({ length: inputs[0]!.shape[0]! }, (_, i) => i % 2),
  };
}

/** All values that a run gives, and those of Keras, in an order that does not depend on names. */
function sorted(values: readonly Float32Array[]): readonly number[] {
  return values.flatMap((each) => [...each]).sort((a, b) => a - b);
}

beforeAll(() => tf.setBackend('cpu'));

it.each([...cases])('%s is run, observed and quantized with data', async (name, files) => {
  const file = files.get('model.keras')!;
  const port = keras(file, { runner });
  const { network } = await port.model();
  const names = network.inputs.map(({ layer }) => layer);
  const batch = batchOf(files, names);
  const data = [batch];

  const golden = goldenOf(files).outputs as readonly Parameters<typeof tensorOf>[0][];
  const expected = sorted(golden.map((each) => tensorOf(each).dataSync<'float32'>()));
  let first = '';
  for await (const outputs of port.run!(data)) {
    [first = ''] = Object.keys(outputs);
    const given = sorted(Object.values(outputs).map(({ data: values }) => values as Float32Array));
    expect(given.length).toBe(expected.length);
    given.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  }

  // Dense layers are behind the recurrent ones, but where these are alone.
  const { sites } = await port.observe!(data);
  expect(Object.keys(sites).length > 0).toBe(!name.endsWith('from_inputs'));
  const named = [{ ...batch, labels: { [first]: batch.labels as number[] } }];
  const { report } = await quantize(port, { registry, bits: 8, activations: 'min-max', data: named });
  expect(report.verdict).toBeDefined();
  const progressive = await quantize(port, { registry, bits: 'progressive', data: named });
  expect(progressive.report.weights.length).toBeGreaterThan(0);
  port.close();
});

it.each(['lstm_in_a_row', 'both_ways_in_a_model', 'gru_in_a_row'])('%s is trained', async (name) => {
  const files = cases.get(name)!;
  const model = await toLayersModel(await readKeras(files.get('model.keras')!));
  const batch = batchOf(files, model.inputNames);
  const [inputs, labels] = [Object.values(batch.inputs), goldenOf(files).outputs as readonly never[]];
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const run = train(tfjs(model), { registry, bits: 4 });
  const xs = inputs.map(({ data, shape }) => tf.tensor(Float32Array.from(data), [...shape]));
  for await (const round of run) {
    expect(round).toBeDefined();
    const loss = await model.trainOnBatch(xs, labels.map(tensorOf));
    expect([loss].flat().every((value) => Number.isFinite(Number(value)))).toBe(true);
  }
  expect((await run.result).report.weights.length).toBeGreaterThan(0);
});
