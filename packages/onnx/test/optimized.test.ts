import { readFileSync } from 'node:fs';
import { quantize, type Recipe } from '@lowbit/core';
import { registry } from '@lowbit/methods';
import * as ort from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { onnx, type OnnxOptions } from '../src/index.js';
import { describeModel } from '../src/describe/describe-model.js';
import { readModel } from '../src/read/read-model.js';
import { DataType } from '../src/schema/proto.js';
import { makeNode } from '../src/graph/make-node.js';
import { buildBytes, counting } from './helpers/build-model.js';
import { runModel } from './helpers/run-model.js';

interface Recorded {
  readonly operators: readonly string[];
  readonly feeds: Readonly<
    Record<string, { readonly dims: readonly number[]; readonly data: readonly number[] }>
  >;
  readonly y: readonly number[];
}

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../fixtures/${name}`, import.meta.url)));
const recorded = JSON.parse(new TextDecoder().decode(fixture('optimized.json'))) as Record<string, Recorded>;

const feeds = ({ feeds: given }: Recorded) =>
  Object.fromEntries(
    Object.entries(given).map(([name, { dims, data }]) => {
      const ids = () => new ort.Tensor('int64', BigInt64Array.from(data, BigInt), dims);
      return [name, name === 'image' ? new ort.Tensor('float32', Float32Array.from(data), dims) : ids()];
    }),
  );

function decibels(expected: readonly number[], actual: Float32Array): number {
  const power = (values: readonly number[]) => values.reduce((sum, value) => sum + value ** 2, 0);
  return 10 * Math.log10(power(expected) / power(expected.map((value, at) => value - actual[at]!)));
}

/** Recipes, with the least signal to noise of the result, in decibels. */
const recipes: readonly [Partial<Recipe>, OnnxOptions, number][] = [
  [{ bits: 8 }, {}, 30],
  [{ bits: 8 }, { optimize: 'memory' }, 30],
  [{ bits: 4, granularity: 'group:16' }, { optimize: 'memory' }, 12],
  [{ bits: 8, activations: 'dynamic' }, { integers: 'operators' }, 25],
];

describe.each(['bert', 'fused'])('what onnxruntime optimized: %s', (name) => {
  const bytes = fixture(`${name}.onnx`);
  const expected = recorded[name]!;

  test('every large constant of it is a weight, or said why it is none', () => {
    const { layers, sites } = describeModel(readModel(bytes));
    const told = layers.flatMap(({ skipped }) => skipped.map(({ reason }) => reason));
    expect(told.filter((reason) => reason.includes('not quantized yet'))).toEqual([]);
    const weights = new Set(sites.map(({ source }) => source.name));
    const { initializer } = readModel(bytes).proto.graph!;
    const large = initializer.filter(({ dims }) => dims.length > 1 && dims[0]! > 2n).map((one) => one.name);
    expect([...weights].sort()).toEqual(large.sort());
  });

  test.each(recipes)('computes nearly the same with %o %o', async (recipe, options, least) => {
    const port = onnx(bytes, { ...options, ort });
    const { model, report } = await quantize(port, { registry, weights: 'min-max', ...recipe });
    expect(report.weights.filter(({ form }) => form === 'float')).toEqual([]);
    if (name === 'bert' && recipe.activations !== undefined)
      expect(report.weights.filter(({ form }) => form === 'QAttention')).toHaveLength(2);
    const actual = (await runModel(model.bytes, feeds(expected))).get('y')!;
    expect(decibels(expected.y, actual)).toBeGreaterThan(least);
  });
});

test('the fixtures hold the operators that they are made for', () => {
  expect(recorded['bert']!.operators).toEqual(
    expect.arrayContaining(['Attention', 'BiasGelu', 'EmbedLayerNormalization', 'SkipLayerNormalization']),
  );
  expect(recorded['fused']!.operators).toEqual(
    expect.arrayContaining(['FusedConv', 'FusedGemm', 'FusedMatMul']),
  );
});

test.each([
  ['com.microsoft', 'SkipLayerNormalization', 'added to activations'],
  ['com.microsoft', 'MultiHeadAttention', 'added to activations'],
  ['com.microsoft', 'RotaryEmbedding', 'cosines and sines'],
  ['com.microsoft.nchwc', 'Conv', 'laid the weights out for one processor'],
])('a large constant of %s %s is no weight, with the reason', (domain, op, reason) => {
  const bytes = buildBytes(
    {
      nodes: [makeNode({ op, domain, inputs: ['x', 'w'], outputs: ['y'] })],
      initializers: [counting('w', [64, 32])],
      inputs: { x: [2, 64, 32] },
      types: { x: DataType.FLOAT },
      outputs: { y: [2, 64, 32] },
    },
    { domains: { [domain]: 1 } },
  );
  const [layer] = describeModel(readModel(bytes)).layers;
  expect(layer?.weights).toEqual([]);
  expect(layer?.skipped[0]?.reason).toContain(reason);
});

test.each([
  ['bij,ij->b', 'sums over all axes'],
  ['bij,ij->bij', 'sums over no axis'],
  ['bi,ii->b', 'takes a diagonal'],
])('a constant of an Einsum that is no weight is said why: %s', (equation, reason) => {
  const bytes = buildBytes({
    nodes: [makeNode({ op: 'Einsum', inputs: ['x', 'w'], outputs: ['y'], attributes: { equation } })],
    initializers: [counting('w', [32, 32])],
    inputs: { x: ['b', 32] },
    outputs: { y: ['b'] },
  });
  const [layer] = describeModel(readModel(bytes)).layers;
  expect(layer?.skipped[0]?.reason).toContain(reason);
});
