import { quantize, registry as registryOf, type Batch, type Recipe } from '@lowbit/core';
import { keras, readKeras, type KerasModel } from '@lowbit/keras';
import { registry } from '@lowbit/keras/register';
import { readModel } from '@lowbit/onnx';
import { kerasModel, registerLayers, runner, toLayersModel } from '@lowbit/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';
import { toOnnx } from '../src/index.js';
import { goldenOf, valuesOf, type Golden, kerasCases } from '../../keras/test/cases.js';
import { difference, run, ownCases } from './support.js';

const cases = new Map([...(await kerasCases('keras3')), ...ownCases]);

beforeAll(() => tf.setBackend('cpu'));

function batchOf({ network }: KerasModel, { inputs }: Golden): Batch {
  const named = inputs.map((input, i) => {
    const data = Float32Array.from(valuesOf(input));
    return [network.inputs[i]!.layer, { shape: input.shape, data }] as const;
  });
  return { inputs: Object.fromEntries(named) };
}

/** What TensorFlow.js computes with the quantized model. */
async function predictions(model: KerasModel, { inputs }: Golden): Promise<readonly Float32Array[]> {
  const layers = await toLayersModel(model, { registry });
  const given = inputs.map((input) => tf.tensor(valuesOf(input), input.shape));
  const results = [layers.predict(given)].flat().map((result) => result.dataSync<'float32'>());
  layers.dispose();
  return results;
}

/** Constants of a file that nothing uses, of which onnxruntime would warn. */
function unused(bytes: Uint8Array): readonly string[] {
  const { graph } = readModel(bytes).proto;
  const used = new Set(graph!.node.flatMap(({ input }) => input));
  return graph!.initializer.map(({ name }) => name).filter((name) => !used.has(name));
}

const recipes: readonly Recipe[] = [
  { weights: 'min-max', activations: 'min-max' },
  { weights: 'min-max', activations: 'percentile', activationBits: 4 },
  { weights: 'min-max', activations: 'dynamic' },
  { weights: 'ul2q', bits: 4, activations: 'ul2q', activationBits: 4 },
  { weights: 'horq', bits: 2, activations: 'horq', activationBits: 2 },
  { weights: 'min-max', activations: 'hwgq', activationBits: 2 },
];

it.each(
  ['branches', 'conv2d', 'sequential', 'residual_3'].flatMap((name) =>
    recipes.map((recipe) => ({ name, ...recipe })),
  ),
)('$name, $weights, $activations: as in TensorFlow.js', async ({ name, ...recipe }) => {
  const golden = goldenOf(cases.get(name)!);
  const read = await readKeras(cases.get(name)!.get('model.keras')!);
  const port = keras(read, { runner });
  const { model } = await quantize(port, { registry, ...recipe, data: [batchOf(read, golden)] });
  port.close();
  const sites = JSON.stringify(model.network.layers).match(/QuantizedInput/g) ?? [];
  expect(sites.length).toBeGreaterThan(0);
  const { bytes } = await toOnnx(model, { registry });
  expect(unused(bytes)).toEqual([]);
  const expected = await predictions(model, golden);
  const results = await run(bytes, model, golden);
  const worst = results.map((result, i) => difference(result, expected[i]!));
  expect(Math.max(...worst)).toBeLessThan(1e-5);
});

it('steps of TimeDistributed are measured one by one, as in TensorFlow.js', async () => {
  const files = cases.get('time_distributed')!;
  const { model } = await quantize(keras(files.get('model.keras')!), {
    registry,
    weights: 'min-max',
    activations: 'dynamic',
  });
  const { inputs, ...golden } = goldenOf(files);
  const [, steps, ...rest] = inputs[0]!.shape;
  const size = rest.reduce((all, length) => all * length, 1);
  const data = Float32Array.from(
    valuesOf(inputs[0]!),
    (value, i) => value * 10 ** (Math.floor(i / size) % steps!),
  );
  const text = Buffer.from(data.buffer).toString('base64');
  const scaled: Golden = { ...golden, inputs: [{ ...inputs[0]!, data: text }] };
  const { bytes } = await toOnnx(model, { registry });
  const [expected] = await predictions(model, scaled);
  const [result] = await run(bytes, model, scaled);
  expect(difference(result!, expected!)).toBeLessThan(1e-5);
});

it('names a quantizer that the registry lacks', async () => {
  const file = cases.get('dense')!.get('model.keras')!;
  const { model } = await quantize(keras(file), { registry, weights: 'min-max', activations: 'dynamic' });
  for (const options of [{}, { registry: registryOf([]) }])
    await expect(toOnnx(model, options)).rejects.toMatchObject({ code: 'unknown-plugin' });
});

it('a live model may have hard_sigmoid of Keras 2 beside that of Keras 3', async () => {
  registerLayers();
  const { dense, lstm } = tfLayers.layers;
  const gates = { recurrentActivation: 'hardSigmoid', recurrentInitializer: 'glorotUniform' } as const;
  const live = tfLayers.sequential({
    layers: [
      lstm({ units: 4, inputShape: [5, 3], ...gates, returnSequences: true }),
      dense({ units: 6, activation: 'lowbitHardSigmoid' as never }),
      dense({ units: 2, activation: 'hardSigmoid' }),
    ],
  });
  const weights = live.getWeights().map(({ shape }, i) => tf.randomNormal(shape, 0, 2, 'float32', i));
  live.setWeights(weights);
  const x = tf.randomNormal([2, 5, 3], 0, 1, 'float32', 9);
  const expected = (live.predict(x) as tf.Tensor).dataSync<'float32'>();
  const model = await kerasModel(live);
  const data = Buffer.from(x.dataSync<'float32'>().buffer).toString('base64');
  const golden: Golden = { inputs: [{ shape: x.shape, type: 'float32', data }], outputs: [], weights: {} };
  const again = await toLayersModel(model);
  expect((again.predict(x) as tf.Tensor).dataSync()).toEqual(expected);
  const { bytes } = await toOnnx(model);
  const [result] = await run(bytes, model, golden);
  expect(difference(result!, expected)).toBeLessThan(1e-5);
  [live, again].forEach((each) => each.dispose());
});
