import { type Batch, quantize, type Recipe } from '@lowbit/core';
import { joinBytes } from '@lowbit/core/adapter';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { beforeAll, describe, expect, test } from 'vitest';
import cases from '../../fixtures/bias-correction.json' with { type: 'json' };
import { convolving, fused, type GraphBuilder, graphBuilder, imageGraph } from '../../test/graphs.js';
import { grid } from '../../test/quantizers.js';
import { graphModel } from './graph-model.js';
import { loadGraph } from './load-graph.js';
import { saveGraph } from './save-graph.js';

beforeAll(() => tf.setBackend('cpu'));

const recipe = (data: readonly Batch[], more: Recipe = {}): Recipe => ({
  weights: grid,
  bits: 2,
  correctBiases: true,
  data,
  ...more,
});

const loaded = (artifacts: tf.io.ModelArtifacts) =>
  loadGraphModel(tf.io.fromMemory(artifacts) as tf.io.IOHandler);

function outputOf(model: Awaited<ReturnType<typeof loaded>>, { inputs: { x } }: Batch): Float32Array {
  const { shape, data } = x!;
  return tf.tidy(() =>
    (model.execute({ x: tf.tensor(data as Float32Array, [...shape]) }) as tf.Tensor)
      .dataSync<'float32'>()
      .slice(),
  );
}

type Attributes = Parameters<GraphBuilder['node']>[3];

const words = (...values: string[]) => ({
  list: { s: values.map((value) => Buffer.from(value).toString('base64')) },
});
const ofSteps = (step: number, padding: string) =>
  ({
    ...convolving,
    strides: { list: { i: ['1', String(step), String(step), '1'] } },
    padding: { s: Buffer.from(padding).toString('base64') },
  }) as unknown as Attributes;
const adding = { ...fused, fused_ops: words('BiasAdd') } as unknown as Attributes;

/** How a product and a bias may stand in a graph: the last node, of an input and weights `w` and `b`. */
const forms: readonly (readonly [
  string,
  string,
  (builder: GraphBuilder, x: string, w: string, b: () => string) => string,
  string,
])[] = [
  [
    'MatMul and BiasAdd',
    'Dense',
    ({ node }, x, w, b) => node('BiasAdd', 'y', [node('MatMul', 'p', [x, w]), b()]),
    'bias',
  ],
  [
    'MatMul and an addition in front',
    'Dense',
    ({ node }, x, w, b) => node('AddV2', 'y', [b(), node('MatMul', 'p', [x, w])]),
    'bias',
  ],
  ['_FusedMatMul', 'Dense', ({ node }, x, w, b) => node('_FusedMatMul', 'y', [x, w, b()], adding), 'bias'],
  ['MatMul alone', 'Dense without bias', ({ node }, x, w) => node('MatMul', 'y', [x, w]), 'new Add'],
  [
    'Conv2D and BiasAdd',
    'Conv2D',
    ({ node }, x, w, b) => node('BiasAdd', 'y', [node('Conv2D', 'p', [x, w], ofSteps(2, 'SAME')), b()]),
    'bias',
  ],
  [
    '_FusedConv2D',
    'Conv2D',
    ({ node }, x, w, b) => node('_FusedConv2D', 'y', [x, w, b()], { ...ofSteps(2, 'SAME'), ...adding }),
    'bias',
  ],
  [
    'Conv2D alone',
    'Conv2D without bias',
    ({ node }, x, w) => node('Conv2D', 'y', [x, w], convolving),
    'new Add',
  ],
  [
    'DepthwiseConv2dNative',
    'DepthwiseConv2D without bias',
    ({ node }, x, w) => node('DepthwiseConv2dNative', 'y', [x, w], convolving),
    'new Add',
  ],
];

/** Whether a written graph computes within float32 of what Keras gives. */
test.each(forms)('%s takes off what its weight adds on average', async (_, title, make, form) => {
  const { weights, x, shape, expected } = cases.find(({ name }) => name === title)!;
  const builder = graphBuilder();
  const kernel = builder.weight('w', weights[0]!.shape);
  const y = make(builder, builder.input('x', [-1, ...shape.slice(1)]), kernel, () =>
    builder.weight('b', weights[1]!.shape),
  );
  const values = weights.map((one) => new Uint8Array(Float32Array.from(one.values).buffer));
  const artifacts = { ...builder.artifacts(y), weightData: joinBytes(values).buffer as ArrayBuffer };
  const live = await loaded(artifacts);
  const batch: Batch = { inputs: { x: { shape, data: Float32Array.from(x) } } };
  const { model, report } = await quantize(graphModel(artifacts, { running: live }), recipe([batch]));
  expect(report.biases).toMatchObject([{ form }]);
  expect(report.biases![0]!.left).toBeUndefined();
  const result = await loadGraph(model);
  const given = outputOf(result, batch);
  expect(given).toHaveLength(expected.length);
  // Permits sums of some hundred float32 products in another order.
  expected.forEach((value, i) => expect(Math.abs(given[i]! - value)).toBeLessThan(1e-4));
  const original = outputOf(live, batch);
  const noise = original.reduce((sum, value, i) => sum + (value - given[i]!) ** 2, 0);
  const power = original.reduce((sum, value) => sum + value ** 2, 0);
  // The verdict is of the result with its biases.
  expect(report.verdict?.outputs?.outputs[0]?.sqnrDb).toBeCloseTo(10 * Math.log10(power / noise), 3);
});

describe('a network of several operators', () => {
  const batchOf = (seed: number): Batch => {
    const data = Float32Array.from({ length: 20 * 192 }, (_, i) => Math.sin(seed + i * i) + 1);
    return { inputs: { x: { shape: [20, 8, 8, 3], data } } };
  };

  test.each(['packed', 'plain'] as const)(
    '%s, is nearer to the original on other samples',
    async (format) => {
      const artifacts = imageGraph();
      const live = await loaded(artifacts);
      const port = graphModel(artifacts, { running: live, format });
      const [data, others] = [batchOf(1), batchOf(2)];
      const plain = await quantize(port, recipe([data], { correctBiases: false }));
      const { model, report } = await quantize(port, recipe([data]));
      const forms = report.biases!.map(({ form, reason }) => [form, reason.replace(/^.*; /, '')]);
      expect(forms).toEqual([
        ['bias', 'in its place'],
        ['bias', 'in its place'],
        ['bias', 'in its place'],
        ['float', 'stays as it is: several nodes multiply by the weight'],
        ['bias', 'in its place'],
      ]);
      const wanted = outputOf(live, others);
      const off = async (one: tf.io.ModelArtifacts) => {
        const given = outputOf(await loadGraph(one), others);
        return wanted.reduce((sum, value, i) => sum + (value - given[i]!) ** 2, 0);
      };
      expect(await off(model)).toBeLessThan(0.9 * (await off(plain.model)));
      let file: tf.io.ModelArtifacts = {};
      const target = tf.io.withSaveHandler(async (given) => {
        file = given;
        return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(given) };
      });
      await saveGraph(model, target, { format });
      const saved = format === 'plain' ? await loaded(file) : await loadGraph(file);
      expect(outputOf(saved, others)).toEqual(outputOf(await loadGraph(model), others));
      const more = report.modelBytes.after - plain.report.modelBytes.after;
      const added = report.biases!.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
      expect(more).toBeGreaterThanOrEqual(added);
    },
  );
});

test('a bias that other nodes take as well stays as it is for these', async () => {
  const { input, weight, node, artifacts } = graphBuilder();
  const [x, bias] = [input('x', [-1, 24]), weight('b', [6])];
  const products = ['first', 'second'].map((name) =>
    node('BiasAdd', name, [node('MatMul', `${name}/p`, [x, weight(`${name}/w`, [24, 6])]), bias]),
  );
  const graph = artifacts(node('Sub', 'y', products));
  const live = await loaded(graph);
  const data = Float32Array.from({ length: 240 }, (_, i) => Math.sin(i * i) + 1);
  const batch: Batch = { inputs: { x: { shape: [10, 24], data } } };
  const port = graphModel(graph, { running: live });
  const plain = await quantize(port, recipe([batch], { correctBiases: false }));
  const { model, report } = await quantize(port, recipe([batch]));
  expect(report.biases!.map(({ form, storedBytes }) => [form, storedBytes])).toEqual([
    ['bias', 24],
    ['bias', 24],
  ]);
  const wanted = outputOf(live, batch);
  const off = async (one: tf.io.ModelArtifacts) => {
    const given = outputOf(await loadGraph(one), batch);
    return wanted.reduce((sum, value, i) => sum + (value - given[i]!) ** 2, 0);
  };
  expect(await off(model)).toBeLessThan(await off(plain.model));
});
