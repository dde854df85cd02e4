import { portLaws } from '@lowbit/conformance';
import {
  quantize,
  registry as registryOf,
  type Batch,
  type LayerDescriptor,
  type Recipe,
} from '@lowbit/core';
import { percentile } from '@lowbit/methods';
import { keras, readKeras, type KerasModel, type RunningKerasPort } from '@lowbit/keras';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { goldenOf, kerasCases } from '../../../keras/test/cases.js';
import { tensorOf } from '../../test/keras-cases.js';
import { registry } from '../register.js';
import { tfjs } from '../tfjs.js';
import { runner } from './runner.js';
import { toLayersModel } from './to-layers-model.js';

const cases = await kerasCases('keras3');
const fileOf = (name: string) => cases.get(name)!.get('model.keras')!;
const open: RunningKerasPort[] = [];

/** A port on a case, which is closed after the test. */
function portOn(source: Uint8Array | KerasModel): RunningKerasPort {
  const port = keras(source, { runner });
  open.push(port);
  return port;
}

/** The inputs of a case under the names of the model's inputs, with a label for each sample. */
async function batchOf(name: string): Promise<Batch> {
  const { inputs } = goldenOf(cases.get(name)!);
  const { network } = await readKeras(fileOf(name));
  const named = inputs.map((input, i) => {
    const tensor = tensorOf(input);
    return [network.inputs[i]!.layer, { shape: tensor.shape, data: tensor.dataSync() }] as const;
  });
  const samples = inputs[0]!.shape[0]!;
  return { inputs: Object.fromEntries(named), labels: Array.from({ length: samples }, (_, i) => i % 2) };
}

async function decoded({ weights }: KerasModel): Promise<ReadonlyMap<string, Float32Array>> {
  const read = weights.map(async (weight) => [weight.id, await weight.read()] as const);
  return new Map(await Promise.all(read));
}

beforeAll(() => tf.setBackend('cpu'));
afterEach(() => open.splice(0).forEach((port) => port.close()));

it('runs results with quantized inputs, of quantizers that nobody has registered, and models that have some', async () => {
  const own = { ...percentile(), name: 'percentile-of-ours' };
  const data = [await batchOf('dense')];
  const recipe = { registry, bits: 8, activations: own, data } as const;
  const { model, report } = await quantize(portOn(fileOf('dense')), recipe);
  expect(report.activations!.map(({ quantizer }) => quantizer)).toContain('percentile-of-ours');
  expect(report.verdict?.outputs?.outputs[0]?.sqnrDb).toBeGreaterThan(20);
  expect(report.verdict?.grade).not.toBe('probably-unusable');
  const again = keras(model, { runner, registry: registryOf([own]) });
  open.push(again);
  for await (const outputs of again.run(data)) expect(Object.keys(outputs).length).toBeGreaterThan(0);
  expect(() => keras(model, { runner, registry: [own] as never })).toThrow(
    expect.objectContaining({ code: 'invalid-argument', where: "keras: option 'registry'" }),
  );
});

it.each([
  'einsum_dense',
  'multi_head_attention',
  'conv_lstm2d',
  'rnn_of_cell',
  'bidirectional_gru',
  'time_distributed',
  'separable_conv2d',
])('%s has the same kernels with the same axes in both', async (name) => {
  const model = await readKeras(fileOf(name));
  const live = await toLayersModel(model);
  const kernelsOf = (layers: readonly LayerDescriptor[]) =>
    layers.flatMap(({ weights }) =>
      weights.map(({ kernel, shape, outputAxes, inputAxis }) => [kernel, shape, outputAxes, inputAxis]),
    );
  const kernels = kernelsOf(await keras(model).layers());
  expect(kernels.length).toBeGreaterThan(0);
  expect(kernelsOf(await tfjs(live).layers())).toEqual(kernels);
  live.dispose();
  model.close();
});

describe.each(['nested', 'branches', 'time_distributed'])('%s', async (name) => {
  const batch = await batchOf(name);
  const laws = portLaws({
    make: () => portOn(fileOf(name)),
    decodeResult: decoded,
    fingerprint: ({ weights, plans, network }: KerasModel) => [
      weights.map(({ id, packed }) => [id, packed]),
      plans,
      network.layers.map(({ config }) => config['site']),
    ],
    makeBatches: () => [batch],
  });
  for (const law of laws) it(law.title, law.run);
});

const recipes: readonly Recipe[] = [
  { weights: 'min-max', activations: 'percentile' },
  { weights: 'ul2q', bits: 4, activations: 'ul2q', activationBits: 4 },
  { weights: 'min-max', activations: 'hwgq', activationBits: 2 },
  { weights: 'horq', bits: 2, activations: 'horq', activationBits: 2 },
  { weights: 'slq', bits: 4 },
  { weights: 'mlq', bits: 2 },
  { bits: 'progressive' },
];

it.each(recipes)('$weights, $activations: as in the running model', async (recipe) => {
  const model = await readKeras(fileOf('sequential'));
  const data = [await batchOf('sequential')];
  const running = await toLayersModel(model);
  const { model: expected } = await quantize(tfjs(running), { registry, data, ...recipe });
  const { model: written } = await quantize(portOn(model), { registry, data, ...recipe });
  const result = await toLayersModel(written, { registry });
  const outputs = [expected, result].map((each) => {
    const given = Object.values(data[0]!.inputs).map(({ shape, data: values }) =>
      tf.tensor(Float32Array.from(values), [...shape]),
    );
    return [...(each.predict(given) as tf.Tensor).dataSync()];
  });
  [running, expected, result].forEach((each) => each.dispose());
  expect(outputs[1]).toEqual(outputs[0]);
});

it('is made once, and frees what it holds', async () => {
  const data = [await batchOf('conv2d')];
  const before = tf.memory().numTensors;
  const port = portOn(fileOf('conv2d'));
  await port.observe(data);
  const made = tf.memory().numTensors;
  expect(made).toBeGreaterThan(before);
  await port.features(data);
  for await (const outputs of port.run(data)) expect(Object.keys(outputs)).toHaveLength(1);
  expect(tf.memory().numTensors).toBe(made);
  port.close();
  await Promise.resolve();
  expect(tf.memory().numTensors).toBe(before);
});

it.each([
  [{ activations: 'percentile' }, 'percentile'],
  [{ activations: 'mse', weights: 'ul2q' }, 'mse'],
] satisfies [Recipe, string][])('without one %o is refused by name', async (recipe, method) => {
  const data = [await batchOf('dense')];
  const work = quantize(keras(fileOf('dense')), { registry, data, ...recipe });
  await expect(work).rejects.toMatchObject({
    code: 'calibration-missing',
    expected: expect.stringContaining(method) as string,
    remedy: expect.stringContaining('keras(file, { runner })') as string,
  });
});

it('is a function', () => {
  expect(() => keras(fileOf('dense'), { runner: {} as never })).toThrow(
    expect.objectContaining({ code: 'invalid-argument', where: "keras: option 'runner'" }),
  );
});

it('tells how far the weights are read, and stops', async () => {
  const model = await readKeras(fileOf('nested'));
  const shares: number[] = [];
  (await toLayersModel(model, { onProgress: (share) => void shares.push(share) })).dispose();
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);
  const controller = new AbortController();
  const stopped = toLayersModel(model, { signal: controller.signal, onProgress: () => controller.abort() });
  await expect(stopped).rejects.toMatchObject({ code: 'aborted' });
});
