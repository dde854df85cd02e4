import type { Batch } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';
import * as ort from 'onnxruntime-web';
import { expect, test } from 'vitest';
import { buildBytes } from '../../../test/helpers/build-model.js';
import { correctBias } from '../../biases/correct-bias.js';
import { describeModel } from '../../describe/describe-model.js';
import { type AttributeValue, makeNode } from '../../graph/make-node.js';
import { modelEditor } from '../../graph/model-editor.js';
import { makeTensor } from '../../graph/make-tensor.js';
import { readModel } from '../../read/read-model.js';
import { createGraph, createValueInfo, DataType } from '../../schema/proto.js';
import type { OrtRuntime } from '../ort.js';
import { writeValues } from '../replaced-weights.js';
import { captureInputs } from './capture-inputs.js';
import { observeInputs } from './observe-inputs.js';

ort.env.wasm.numThreads = 1;

/** A runtime that counts the nodes that its sessions hold. */
function counting(): { runtime: OrtRuntime; nodes: () => number } {
  let nodes = 0;
  const runtime: OrtRuntime = {
    Tensor: ort.Tensor,
    InferenceSession: {
      create: async (bytes, options) => {
        nodes += readModel(bytes).proto.graph!.node.filter(({ opType }) => opType !== 'Identity').length;
        return ort.InferenceSession.create(bytes, options as ort.InferenceSession.SessionOptions);
      },
    },
  };
  return { runtime, nodes: () => nodes };
}

const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + i * i));

const weight = (name: string, dims: readonly number[], seed: number) =>
  makeTensor(name, DataType.FLOAT, dims, numbers(sizeOf(dims), seed));

const node = (
  op: string,
  inputs: string[],
  output: string,
  attributes: Record<string, AttributeValue> = {},
) => makeNode({ op, inputs, outputs: [output], attributes });

/** Two ways that part and meet, one weight in both, one behind a transposition, and one in a branch that two weights share. */
const parting = () => {
  const inside = (name: string, nodes: ReturnType<typeof node>[]) =>
    createGraph({
      name,
      node: nodes,
      initializer: [weight(`${name}.u`, [4, 4], 7), weight(`${name}.v`, [4, 4], 8)],
      output: [createValueInfo(`${name}.y`, DataType.FLOAT, ['n', 4])],
    });
  const branch = (name: string) =>
    inside(name, [
      node('MatMul', ['sum', `${name}.u`], `${name}.h`),
      node('MatMul', [`${name}.h`, `${name}.v`], `${name}.y`),
    ]);
  return buildBytes(
    {
      nodes: [
        node('MatMul', ['x', 'a'], 'one'),
        node('Relu', ['one'], 'left'),
        node('MatMul', ['left', 'shared'], 'left.out'),
        node('Transpose', ['b'], 'b.turned', { perm: [1, 0] }),
        node('MatMul', ['x', 'b.turned'], 'two'),
        node('MatMul', ['two', 'shared'], 'right.out'),
        node('Add', ['left.out', 'right.out'], 'sum'),
        node('If', ['flag'], 'chosen', {
          then_branch: { graph: branch('yes') },
          else_branch: { graph: branch('no') },
        }),
        node('Gemm', ['chosen', 'last'], 'y'),
      ],
      initializers: [
        weight('a', [3, 4], 1),
        weight('b', [4, 3], 2),
        weight('shared', [4, 4], 3),
        weight('last', [4, 2], 4),
      ],
      inputs: { x: ['n', 3], flag: [] },
      outputs: { y: ['n', 2] },
      types: { flag: DataType.BOOL },
    },
    { opset: 17 },
  );
};

const batches: readonly Batch[] = [true, false, true].map((flag, at) => ({
  inputs: {
    x: { shape: [at + 1, 3], data: numbers(3 * (at + 1), at) },
    flag: { shape: [], data: [Number(flag)] },
  },
}));

test('each weight sees the network as it is when it is asked for', async () => {
  const own = readModel(parting());
  const { sites } = describeModel(own);
  const ids = sites.map(({ id }) => id);
  const { runtime, nodes } = counting();
  const capture = await captureInputs({ model: own, ort: runtime, batches }, sites, { weights: ids });
  const changed = new Map<string, Float32Array>();
  for (const [at, { id, shape }] of sites.entries()) {
    const model = readModel(parting());
    const described = describeModel(model).sites;
    for (const site of described) if (changed.has(site.id)) writeValues(site, changed.get(site.id)!);
    const asked = described.filter((site) => site.id === id);
    const expected = await observeInputs({ model, ort, batches }, asked, { weights: [id] });
    const seen = await capture.inputs([id]);
    expect(seen.unknown).toEqual(expected.unknown);
    for (const [of, { groups }] of expected.inputs)
      groups.forEach((group, i) => {
        const { products, count } = seen.inputs.get(of)!.groups[i]!.seen;
        expect(count).toBe(group.seen.count);
        products.forEach((value, k) => expect(value).toBeCloseTo(group.seen.products[k]!, 4));
      });
    changed.set(id, numbers(sizeOf(shape), 20 + at));
    capture.set(id, changed.get(id)!);
  }
  await capture.close();
  // Of the main graph: each once, but for the node of both branches, the transposition, and what hangs on the shared weight.
  expect(nodes()).toBeLessThan(24);
});

test('each part of a chain runs once', async () => {
  const bytes = buildBytes(
    {
      nodes: ['a', 'b', 'c', 'd'].map((name, i) =>
        node('MatMul', [i === 0 ? 'x' : `h${i}`, name], `h${i + 1}`),
      ),
      initializers: ['a', 'b', 'c', 'd'].map((name, i) => weight(name, [3, 3], i)),
      inputs: { x: ['n', 3] },
      outputs: { h4: ['n', 3] },
    },
    { opset: 17 },
  );
  const model = readModel(bytes);
  const { sites } = describeModel(model);
  const { runtime, nodes } = counting();
  const x = [{ inputs: { x: { shape: [4, 3], data: numbers(12, 1) } } }];
  const capture = await captureInputs({ model, ort: runtime, batches: x }, sites, {
    weights: ['a', 'b', 'c', 'd'],
  });
  for (const { id } of sites) {
    expect((await capture.inputs([id])).inputs.size).toBe(1);
    capture.set(id, numbers(9, 5));
  }
  expect(nodes()).toBe(3);
});

test('biases that take off something are in the network that later weights see', async () => {
  const build = () => {
    const bias = (name: string) => weight(name, [3], 9);
    return readModel(
      buildBytes(
        {
          nodes: [
            node('MatMul', ['x', 'a'], 'h1'),
            node('Gemm', ['h1', 'b', 'b.bias'], 'h2'),
            node('MatMul', ['h2', 'c'], 'h3'),
            node('Add', ['h3', 'c.bias'], 'h4'),
            node('MatMul', ['h4', 'd'], 'y'),
          ],
          initializers: [
            ...['a', 'b', 'c', 'd'].map((name, i) => weight(name, [3, 3], i)),
            bias('b.bias'),
            bias('c.bias'),
          ],
          inputs: { x: ['n', 3] },
          outputs: { y: ['n', 3] },
        },
        { opset: 17 },
      ),
    );
  };
  const x = [{ inputs: { x: { shape: [4, 3], data: numbers(12, 1) } } }];
  const own = build();
  const { sites } = describeModel(own);
  const ids = sites.map(({ id }) => id);
  const options = { weights: ids, biases: ids.filter((id) => id !== 'b') };
  const capture = await captureInputs({ model: own, ort, batches: x }, sites, options);
  const shiftOf = (at: number) => numbers(3, 30 + at);
  for (const [at, { id }] of sites.entries()) {
    const model = build();
    const described = describeModel(model).sites;
    const editor = modelEditor(model, { keepsPlaces: true });
    described.slice(0, at).forEach((site, i) => {
      writeValues(site, numbers(9, 20 + i));
      if (site.id !== 'b') correctBias(editor, site, shiftOf(i));
    });
    editor.apply();
    const asked = described.filter((site) => site.id === id);
    const expected = await observeInputs({ model, ort, batches: x }, asked, { weights: [id] });
    const seen = await capture.inputs([id]);
    const sums = ({ inputs }: typeof seen) => [...inputs.get(id)!.groups[0]!.seen.sums];
    sums(seen).forEach((value, i) => expect(value).toBeCloseTo(sums(expected)[i]!, 4));
    capture.set(id, numbers(9, 20 + at), id === 'b' ? undefined : shiftOf(at));
  }
  await capture.close();
});
