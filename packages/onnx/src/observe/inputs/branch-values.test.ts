import type { Batch } from '@lowbit/core';
import * as ort from 'onnxruntime-web';
import { describe, expect, it, test } from 'vitest';
import { buildBytes } from '../../../test/helpers/build-model.js';
import { describeModel } from '../../describe/describe-model.js';
import { makeNode } from '../../graph/make-node.js';
import { makeTensor } from '../../graph/make-tensor.js';
import { readModel } from '../../read/read-model.js';
import { createGraph, createValueInfo, DataType, type GraphProto } from '../../schema/proto.js';
import { observeInputs } from './observe-inputs.js';

ort.env.wasm.numThreads = 1;

const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed + i * i));

const weight = (name: string, seed: number) => makeTensor(name, DataType.FLOAT, [3, 3], numbers(9, seed));

const product = (input: string, by: string, output: string) =>
  makeNode({ op: 'MatMul', inputs: [input, by], outputs: [output] });

const branch = (name: string, parts: Partial<GraphProto>, output: string) =>
  createGraph({ name, ...parts, output: [createValueInfo(output, DataType.FLOAT, ['n', 3])] });

const chosen = (by: string, yes: GraphProto, no: GraphProto, output: string) =>
  makeNode({
    op: 'If',
    inputs: [by],
    outputs: [output],
    attributes: { then_branch: { graph: yes }, else_branch: { graph: no } },
  });

/** y = a ? (b ? x·p·q : x·r) : x·p·s, where p stands outside. */
const nested = (opset = 17) => {
  const both = branch(
    'both',
    { node: [product('x', 'p', 'h'), product('h', 'q', 'one')], initializer: [weight('q', 2)] },
    'one',
  );
  const first = branch('first', { node: [product('x', 'r', 'two')], initializer: [weight('r', 3)] }, 'two');
  const inner = branch('inner', { node: [chosen('b', both, first, 'three')] }, 'three');
  const none = branch(
    'none',
    { node: [product('x', 'p', 'k'), product('k', 's', 'four')], initializer: [weight('s', 4)] },
    'four',
  );
  return buildBytes(
    {
      nodes: [chosen('a', inner, none, 'y')],
      initializers: [weight('p', 1)],
      inputs: { x: ['n', 3], a: [], b: [] },
      outputs: { y: ['n', 3] },
      types: { a: DataType.BOOL, b: DataType.BOOL },
    },
    { opset },
  );
};

const batch = (first: number, a: boolean, b: boolean): Batch => ({
  inputs: {
    x: { shape: [2, 3], data: Float32Array.from({ length: 6 }, (_, i) => first + i) },
    a: { shape: [], data: [Number(a)] },
    b: { shape: [], data: [Number(b)] },
  },
});

function observe(bytes: Uint8Array, batches: readonly Batch[]) {
  const model = readModel(bytes);
  const { sites } = describeModel(model);
  return observeInputs({ model, ort, batches }, sites, { weights: sites.map(({ id }) => id) });
}

/** Of all rows that were seen, those that are kept back with them. */
function totals(observed: Awaited<ReturnType<typeof observe>>, id: string) {
  const found = [...observed.inputs].find(([name]) => name.endsWith(id))![1].groups[0]!;
  return {
    count: found.seen.count + (found.heldOut?.count ?? 0),
    sums: Array.from(found.seen.sums, (sum, i) => sum + (found.heldOut?.sums[i] ?? 0)),
  };
}

describe('branches of If', () => {
  const batches = [
    batch(0, true, true),
    batch(10, true, false),
    batch(20, false, true),
    batch(30, false, false),
  ];

  // Before version 11 branches of different shapes are refused.
  it.each([8, 10, 11, 17])(
    'hand out what their weights are multiplied with, where they are taken: opset %i',
    async (opset) => {
      const observed = await observe(nested(opset), batches);
      expect(observed.unknown.size).toBe(0);
      expect(totals(observed, 'r')).toEqual({ count: 2, sums: [23, 25, 27] });
      // Of both branches that use it.
      expect(totals(observed, 'p')).toEqual({ count: 6, sums: [109, 115, 121] });
      // x·p of the first batch.
      const p = numbers(9, 1);
      const sums = [0, 1, 2].map((j) => [3, 5, 7].reduce((sum, x, i) => sum + x * p[3 * i + j]!, 0));
      const { count, sums: seen } = totals(observed, 'q');
      expect(count).toBe(2);
      seen.forEach((sum, i) => expect(sum).toBeCloseTo(sums[i]!, 4));
      expect(totals(observed, 's').count).toBe(4);
    },
  );

  it('tell of a weight whose branch was never taken', async () => {
    const { unknown } = await observe(nested(), batches.slice(0, 1));
    expect([...unknown.values()]).toEqual(['none of its inputs were seen', 'none of its inputs were seen']);
  });
});

test('a weight in the body of a loop is refused with the reason', async () => {
  const body = createGraph({
    name: 'body',
    node: [makeNode({ op: 'Identity', inputs: ['on'], outputs: ['still'] }), product('before', 'w', 'after')],
    initializer: [weight('w', 1)],
    input: [
      createValueInfo('i', DataType.INT64, []),
      createValueInfo('on', DataType.BOOL, []),
      createValueInfo('before', DataType.FLOAT, ['n', 3]),
    ],
    output: [createValueInfo('still', DataType.BOOL, []), createValueInfo('after', DataType.FLOAT, ['n', 3])],
  });
  const bytes = buildBytes(
    {
      nodes: [
        makeNode({
          op: 'Loop',
          inputs: ['times', '', 'x'],
          outputs: ['y'],
          attributes: { body: { graph: body } },
        }),
      ],
      initializers: [makeTensor('times', DataType.INT64, [], [2])],
      inputs: { x: ['n', 3] },
      outputs: { y: ['n', 3] },
    },
    { opset: 17 },
  );
  const x = { inputs: { x: { shape: [2, 3], data: numbers(6, 1) } } };
  const { inputs, unknown } = await observe(bytes, [x]);
  expect(inputs.size).toBe(0);
  expect([...unknown.values()]).toEqual([
    'it stands in the body of a Loop, whose steps the runtime does not give one by one',
  ]);
});
