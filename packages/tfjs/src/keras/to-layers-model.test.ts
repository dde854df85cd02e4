import { isLowbitError, quantize } from '@lowbit/core';
import { keras, readKeras, type KerasModel } from '@lowbit/keras';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';

import { casesOf, tensorOf, type Golden, type Packed } from '../../test/keras-cases.js';
import { save } from '../io/save-model.js';
import { planOf } from '../model/plan-record.js';
import { registry } from '../register.js';
import { toLayersModel } from './to-layers-model.js';

const writers = [
  ['Keras 3', await casesOf('keras3.zip')],
  ['tf-keras 2', await casesOf('keras2.zip')],
] as const;

beforeAll(() => tf.setBackend('cpu'));

/** The largest difference from what Keras computed, relative to its largest value where that is above 1. */
async function difference(model: KerasModel, golden: Golden, outputs = golden.outputs): Promise<number> {
  const layers = await toLayersModel(model);
  const results = [layers.predict(golden.inputs.map(tensorOf))].flat();
  const names = model.network.outputNames;
  const wanted = Array.isArray(outputs)
    ? (outputs as Packed[])
    : names!.map((name) => (outputs as Readonly<Record<string, Packed>>)[name]!);
  layers.dispose();
  expect(results.map(({ shape }) => shape)).toEqual(wanted.map(({ shape }) => shape));
  const worst = results.map((result, i) => {
    const expected = [...tensorOf(wanted[i]!).dataSync()];
    const most = Math.max(1, ...expected.map(Math.abs));
    return Math.max(...[...result.dataSync()].map((value, k) => Math.abs(value - expected[k]!) / most));
  });
  return Math.max(...worst);
}

/** A model that gives one of its outputs alone, without the layers that only the others need. */
function onlyOutput(model: KerasModel, index: number): KerasModel {
  const output = model.network.outputs[index]!;
  const needed = new Set([output.layer]);
  const calls = [...model.network.calls].reverse().filter(({ layer, args }) => {
    if (!needed.has(layer.name)) return false;
    const sources = args.flatMap((each) => ('list' in each ? each.list : [each]));
    for (const source of sources) if ('tensor' in source) needed.add(source.tensor.layer);
    return true;
  });
  for (const { layer } of model.network.inputs) needed.add(layer);
  const layers = model.network.layers.filter(({ name }) => needed.has(name));
  return { ...model, network: { ...model.network, layers, calls: calls.reverse(), outputs: [output] } };
}

/** What TensorFlow.js lacks or computes otherwise, by case. */
const refused =
  'attention batch_normalization_axis bidirectional_gru conv1d conv1d_transpose conv2d_grouped depthwise_conv1d einsum_dense elu globalaveragepooling1d_kept globalaveragepooling2d_kept globalaveragepooling3d globalaveragepooling3d_kept globalmaxpooling1d_kept globalmaxpooling2d_kept globalmaxpooling3d globalmaxpooling3d_kept group_normalization gru multi_head_attention nested_twice normalization normalization_adapted padding1d padding3d relu resizing rms_normalization rnn_of_cell separable_conv1d separable_conv2d softmax unit_normalization upsampling_bilinear'.split(
    ' ',
  );

/** Cases whose outputs are compared one by one, since some of them are refused. */
const single = ['activations', 'dense_activations', 'merges'];

const both = 'elu gelu linear mish relu selu sigmoid softmax softplus softsign swish tanh';
/** Outputs of those that TensorFlow.js computes as Keras does, by version and case. */
const computed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Keras 3': {
    activations: `${both} log_softmax relu6 silu`,
    dense_activations: `${both} log_softmax relu6 silu`,
    merges: 'add average concatenate concatenate_1 dot dot_1 maximum minimum multiply',
  },
  'tf-keras 2': {
    activations: `${both} hard_sigmoid`,
    dense_activations: `${both} hard_sigmoid`,
    merges: 'add average concatenate concatenate_1 dot dot_1 maximum minimum multiply',
  },
};

/** Keras computes a part of it in half precision, we in float32. */
const rounded: Readonly<Record<string, number>> = { mixed_precision: 1e-3 };

describe.each(writers)('%s', (writer, cases) => {
  it.each([...cases].filter(([name]) => !single.includes(name)))('%s', async (name, files) => {
    const golden = JSON.parse(new TextDecoder().decode(files.get('golden.json'))) as Golden;
    const model = await readKeras(files.get('model.keras')!);
    if (refused.includes(name))
      await expect(toLayersModel(model)).rejects.toMatchObject({ code: 'layer-unsupported' });
    else expect(await difference(model, golden)).toBeLessThanOrEqual(rounded[name] ?? 1e-5);
    model.close();
  });

  it.each(single)('%s, one by one', async (name) => {
    const files = cases.get(name)!;
    const golden = JSON.parse(new TextDecoder().decode(files.get('golden.json'))) as Golden;
    const model = await readKeras(files.get('model.keras')!);
    const right: string[] = [];
    for (const [i, output] of (golden.outputs as readonly Packed[]).entries()) {
      const part = onlyOutput(model, i);
      const outcome = await difference(part, golden, [output]).catch((error: unknown) => error);
      const { layer } = model.network.outputs[i]!;
      if (typeof outcome === 'number') expect(outcome, layer).toBeLessThanOrEqual(1e-5);
      else expect(isLowbitError(outcome) && outcome.code, layer).toBe('layer-unsupported');
      if (typeof outcome === 'number') right.push(layer);
    }
    expect(right.sort()).toEqual(computed[writer]![name]!.split(' ').sort());
    model.close();
  });
});

it('takes a model that was quantized before, with its values, its plan and its packed weights', async () => {
  const file = writers[0][1].get('nested')!.get('model.keras')!;
  const { model, plan } = await quantize(keras(file), { registry, bits: 4 });
  const layers = await toLayersModel(model);
  const read = await Promise.all(model.weights.map(async (weight) => [...(await weight.read())]));
  expect(layers.weights.map((weight) => [...weight.read().dataSync()]).sort()).toEqual(read.sort());
  expect(planOf(layers)).toEqual(JSON.parse(JSON.stringify(plan)));
  const saving = tf.io.withSaveHandler(async () => ({
    modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' },
  }));
  const { weights } = await save(layers, saving);
  expect(weights.filter(({ form }) => form.startsWith('packed'))).toHaveLength(3);
  layers.dispose();
});

it.each([
  [new Uint8Array(4), 'readKeras'],
  [Promise.resolve(), 'Await it.'],
  [null, 'readKeras'],
])('%s is no model of Keras', async (given, remedy) => {
  await expect(toLayersModel(given as never)).rejects.toMatchObject({
    code: 'invalid-argument',
    where: 'toLayersModel(model)',
    remedy: expect.stringContaining(remedy) as string,
  });
});
