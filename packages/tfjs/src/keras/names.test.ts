import { quantize } from '@lowbit/core';
import { keras, readKeras, renamedLayers, tfjsArtifacts } from '@lowbit/keras';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';

import { uneven } from '../../test/keras-cases.js';
import { registry } from '../register.js';
import { kerasModel } from './keras-model.js';
import { runner } from './runner.js';
import { toLayersModel } from './to-layers-model.js';

beforeAll(() => tf.setBackend('cpu'));

type Names = readonly [left: string, right: string, first: string, second: string, sum: string];

const plain: Names = ['left', 'right', 'first', 'second', 'sum'];

/** Two inputs, a layer on each, and their sum, under the names given. */
function topologyOf([left, right, first, second, sum]: Names) {
  const layer = (className: string, name: string, config: object, ...from: string[]) => ({
    class_name: className,
    name,
    config: { ...config, name },
    inbound_nodes: from.length === 0 ? [] : [from.map((each) => [each, 0, 0, {}])],
  });
  const input = { batch_input_shape: [null, 3], dtype: 'float32' };
  const dense = { units: 2, activation: 'tanh' };
  const layers = [
    ...[layer('InputLayer', left, input), layer('InputLayer', right, input)],
    ...[layer('Dense', first, dense, left), layer('Dense', second, dense, right)],
    layer('Add', sum, {}, first, second),
  ];
  const inputs = [left, right].map((name) => [name, 0, 0]);
  return {
    class_name: 'Functional',
    config: { name: 'two ways', layers, input_layers: inputs, output_layers: [[sum, 0, 0]] },
  };
}

/** The model with weights of its own. */
function modelOf(names: Names) {
  const weights = names.slice(2, 4).flatMap((name) => [
    { name: `${name}/kernel`, shape: [3, 2], dtype: 'float32' },
    { name: `${name}/bias`, shape: [2], dtype: 'float32' },
  ]);
  const data = Float32Array.from({ length: 16 }, (_, i) => Math.sin(3 * i + 1));
  const manifest = [{ paths: ['weights.bin'], weights }];
  const modelJson = { modelTopology: topologyOf(names), weightsManifest: manifest };
  return readKeras({ modelJson, shards: { 'weights.bin': new Uint8Array(data.buffer) } });
}

const given = () => [uneven([4, 3]), tf.mul(uneven([4, 3]), 2)];
const outputOf = (model: tfLayers.LayersModel) => [...(model.predict(given()) as tf.Tensor).dataSync()];

it.each<Names>([
  ['in put', 'right', 'first', 'in_put', 'sum'],
  ['.', '..', '__proto__', 'constructor', 'toString'],
  ['größe', 'größ€', 'My_Conv>1', 'My Conv>1', '_sum'],
])('names that TensorFlow.js does not take are others: %s, %s, %s, %s, %s', async (...names) => {
  const [expected, model] = await Promise.all([modelOf(plain), modelOf(names)]);
  const live = await toLayersModel(model);
  const wanted = outputOf(await toLayersModel(expected));
  expect(outputOf(live)).toEqual(wanted);

  const taken = /^[A-Za-z0-9][-\w./]*$/;
  const written = live.layers.map(({ name }) => name);
  expect(new Set(written).size).toBe(names.length);
  for (const [i, name] of names.entries()) {
    const isKept = taken.test(name) && !(name in Object.prototype);
    if (isKept) expect(written).toContain(name);
    else expect(written).toContain(renamedLayers(model).get(name));
    expect(renamedLayers(model).has(name), `${i}`).toBe(!isKept);
  }

  const artifacts = (await tfjsArtifacts(model)) as unknown as tf.io.ModelArtifacts;
  expect(outputOf(await tfLayers.loadLayersModel(tf.io.fromMemory(artifacts)))).toEqual(wanted);
  expect(outputOf(await toLayersModel(await kerasModel(live)))).toEqual(wanted);
});

it('batches for a runner have the names of the file', async () => {
  const names: Names = ['in put', '__proto', 'first', '.', 'sum'];
  const model = await modelOf(names);
  const inputs = given().map((tensor, i) => {
    const data = tensor.dataSync<'float32'>();
    return [names[i]!, { shape: tensor.shape, data }] as const;
  });
  const data = [{ inputs: Object.fromEntries(inputs) }];
  const port = keras(model, { runner });
  const wanted = outputOf(await toLayersModel(await modelOf(plain)));
  for await (const outputs of port.run(data))
    expect(Object.values(outputs).map((output) => [...output.data])).toEqual([wanted]);
  const { report } = await quantize(port, { registry, data, activations: 'percentile' });
  expect(report.activations).toHaveLength(2);
  port.close();
});
