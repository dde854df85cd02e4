import { type Batch, quantize, type WeightDescriptor } from '@lowbit/core';
import type { InputMoments } from '@lowbit/core/adapter';
import '@tensorflow/tfjs-backend-cpu';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { fused, graphBuilder, imageGraph } from '../../test/graphs.js';
import { registry } from '../register.js';
import { tfjs } from '../tfjs.js';
import { graphModel } from './graph-model.js';
import { loadGraph } from './load-graph.js';

beforeAll(() => tf.setBackend('cpu'));

const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + i * i));

const sizeOf = (shape: readonly number[]) => tf.util.sizeFromShape([...shape]);

const loaded = (artifacts: tf.io.ModelArtifacts) =>
  loadGraphModel(tf.io.fromMemory(artifacts) as tf.io.IOHandler);

/** A product that is fused with a bias and an activation, and one behind. */
function fusedGraph() {
  const { node, weight, input, artifacts } = graphBuilder();
  const x = input('x', [-1, 4]);
  const first = node('_FusedMatMul', 'first', [x, weight('a', [4, 6]), weight('bias', [6])], fused);
  return artifacts(node('MatMul', 'y', [node('Relu', 'between', [first]), weight('b', [6, 3])]));
}

test.each([
  ['an image graph', imageGraph],
  ['a graph of fused products', fusedGraph],
])('of %s, each weight sees the graph as it is when it is asked for', async (_, make) => {
  const artifacts = make();
  const [live, other] = [await loaded(artifacts), await loaded(artifacts)];
  const [most, ...shape] = live.inputs[0]!.shape!;
  const batches: readonly Batch[] = (most === 2 ? [2, 2] : [2, 3]).map((count) => ({
    inputs: { x: { shape: [count, ...shape], data: numbers(count * sizeOf(shape), count) } },
  }));
  const port = graphModel(artifacts, { running: live });
  const weights = (await port.layers()).flatMap(({ weights: own }): readonly WeightDescriptor[] => own);
  const all = [...new Map(weights.map((weight) => [weight.id, weight])).values()];
  const tensors = tf.memory().numTensors;
  const capture = await port.captureInputs!(batches, { weights: all.map(({ id }) => id) });
  for (const [at, { id, shape: own }] of all.entries()) {
    const observed = await graphModel(artifacts, { running: other }).observeInputs!(batches, {
      weights: [id],
    });
    const seen = await capture.inputs([id]);
    expect(seen.unknown).toEqual(observed.unknown);
    const momentsOf = ({ inputs }: typeof seen): readonly InputMoments[] =>
      (inputs.get(id)?.groups ?? []).flatMap((group) => [group.seen, group.heldOut ?? []].flat());
    const expected = momentsOf(observed);
    momentsOf(seen).forEach(({ count, products }, i) => {
      expect(count).toBe(expected[i]!.count);
      // Sums of float32 products in another order.
      products.forEach((value, k) => expect(value).toBeCloseTo(expected[i]!.products[k]!, 3));
    });
    expect(momentsOf(seen)).toHaveLength(expected.length);
    const values = numbers(sizeOf(own), 70 + at);
    capture.set(id, values);
    other.weights[id] = [tf.keep(tf.tensor(values, [...own]))];
  }
  await capture.close();
  expect(tf.memory().numTensors).toBe(tensors + all.length);
});

const sizes = [8, 7, 6, 5];
const valuesOf = (count: number, at: number) => numbers(count, 30 + at).map((value) => value / 2);

/** Dense layers with rectifiers, as layers and as a graph. */
function layersModel(): tfLayers.LayersModel {
  const units = sizes.slice(1);
  const layers = units.map((own, i) =>
    tfLayers.layers.dense({ units: own, activation: i < 2 ? 'relu' : 'linear', inputShape: [sizes[i]!] }),
  );
  const model = tfLayers.sequential({ layers });
  const shapes = units.flatMap((own, i) => [[sizes[i]!, own], [own]]);
  model.setWeights(shapes.map((shape, at) => tf.tensor(valuesOf(sizeOf(shape), at), shape)));
  return model;
}

function graphOf(): tf.io.ModelArtifacts {
  const { node, weight, input, artifacts } = graphBuilder();
  let value = input('x', [-1, sizes[0]!]);
  for (const [i, units] of sizes.slice(1).entries()) {
    const product = node('MatMul', `product${i}`, [value, weight(`kernel${i}`, [sizes[i]!, units])]);
    value = node('BiasAdd', `sum${i}`, [product, weight(`bias${i}`, [units])]);
    if (i < 2) value = node('Relu', `relu${i}`, [value]);
  }
  const file = artifacts(value);
  const counts = sizes.slice(1).flatMap((units, i) => [sizes[i]! * units, units]);
  const bytes = Float32Array.from(counts.flatMap((count, at) => [...valuesOf(count, at)]));
  return { ...file, weightData: bytes.buffer };
}

test('a graph model becomes what the same layers become', async () => {
  const artifacts = graphOf();
  const port = graphModel(artifacts, { running: await loaded(artifacts) });
  const shape = [40, sizes[0]!];
  const values = numbers(sizeOf(shape), 3);
  const data = (name: string): readonly Batch[] => [{ inputs: { [name]: { shape, data: values } } }];
  const { model, report } = await quantize(port, { registry, bits: 2, data: data('x') });
  expect(report.capture).toEqual({ way: 'sequential', reason: 'the default' });
  const graph = await loadGraph(model);
  const own = tf.tidy(() => (graph.execute({ x: tf.tensor(values, shape) }) as tf.Tensor).dataSync());
  const original = layersModel();
  const twin = await quantize(tfjs(original), { registry, bits: 2, data: data(original.inputNames[0]!) });
  const expected = tf.tidy(() => (twin.model.apply(tf.tensor(values, shape)) as tf.Tensor).dataSync());
  expected.forEach((value, i) => expect(own[i]).toBeCloseTo(value, 5));
});

/** A branch, with a product in it and one behind. */
function branched(): tf.io.ModelArtifacts {
  const { input, weight, integers, node, artifacts } = graphBuilder();
  const x = input('x', [2, 3]);
  const isTrue = node('GreaterEqual', 'is true', [integers('two', [2], []), integers('one', [1], [])]);
  node('Switch', 'switch', [x, isTrue]);
  const taken = node('MatMul', 'taken', ['switch:1', weight('taken/w', [3, 3])]);
  const merged = node('Merge', 'merged', [node('Relu', 'other', ['switch']), taken]);
  return artifacts(node('MatMul', 'y', [merged, weight('y/w', [3, 2])]));
}

test('a graph with a branch runs as a whole, and the report says why', async () => {
  const artifacts = branched();
  const port = graphModel(artifacts, { running: await loaded(artifacts) });
  const data: readonly Batch[] = [1, 2].map((seed) => ({
    inputs: { x: { shape: [2, 3], data: numbers(6, seed) } },
  }));
  const { report } = await quantize(port, { registry, bits: 4, data });
  const reason = 'a graph with branches, loops or lists runs as a whole (Merge: merged)';
  expect(report.capture).toEqual({ way: 'once', reason });
  await expect(quantize(port, { registry, bits: 4, data }, { capture: 'sequential' })).rejects.toMatchObject({
    code: 'calibration-missing',
    received: `one of the port 'tfjs-graph': ${reason}`,
  });
});
