import { seededRandom, type Batch } from '@lowbit/core';
import { describe, expect, test } from 'vitest';
import { buildBytes } from '../../test/helpers/build-model.js';
import { integerFlow } from '../../test/helpers/integer-flow.js';
import { plainDynamic, plainRange } from '../../test/helpers/plain-quantizers.js';
import { noise, runModel } from '../../test/helpers/run-model.js';
import { DataType } from '../schema/proto.js';
import { makeNode, type NodeParts } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';

const random = seededRandom(11);
const floats = (name: string, dims: readonly number[]) => {
  const length = dims.reduce((product, size) => product * size, 1);
  return makeTensor(
    name,
    DataType.FLOAT,
    dims,
    Float32Array.from({ length }, () => 2 * random() - 1),
  );
};

interface Case {
  readonly title: string;
  readonly input: readonly number[];
  readonly weight: readonly number[];
  readonly attributes?: NodeParts['attributes'];
  readonly bias?: boolean;
}

const cases: Case[] = [
  { title: 'one axis', input: [1, 256, 20], weight: [256, 256, 5], attributes: { pads: [2, 2] } },
  {
    title: 'one axis, strides and dilations',
    input: [2, 256, 41],
    weight: [256, 128, 3],
    attributes: { strides: [2], dilations: [3], pads: [4, 1], group: 2, kernel_shape: [3] },
  },
  {
    title: 'one axis and automatic pads',
    input: [1, 256, 21],
    weight: [256, 256, 4],
    attributes: { auto_pad: 'SAME_LOWER' },
    bias: false,
  },
  { title: 'three axes', input: [1, 64, 4, 5, 6], weight: [320, 64, 2, 2, 2] },
  { title: 'groups', input: [2, 64, 8, 8], weight: [64, 32, 3, 3], attributes: { group: 2 } },
  {
    title: 'strides, dilations and uneven pads',
    input: [1, 64, 11, 9],
    weight: [48, 64, 3, 3],
    attributes: { strides: [2, 1], dilations: [1, 2], pads: [0, 1, 2, 3] },
  },
  {
    title: 'automatic pads',
    input: [1, 64, 7, 7],
    weight: [48, 64, 3, 3],
    attributes: { auto_pad: 'SAME_UPPER' },
  },
  { title: 'no bias', input: [1, 96, 7, 7], weight: [64, 96, 3, 3], bias: false },
];

describe.each(cases)('a convolution with $title', ({ input, weight, attributes = {}, bias = true }) => {
  const bytes = buildBytes({
    nodes: [makeNode({ op: 'Conv', inputs: ['x', 'w', ...(bias ? ['b'] : [])], outputs: ['y'], attributes })],
    initializers: [floats('w', weight), ...(bias ? [floats('b', [weight[0]!])] : [])],
    inputs: { x: input },
    outputs: { y: input.map((_, axis) => `d${axis}`) },
  });
  const tensor = noise(input, seededRandom(4));
  const batches: Batch[] = [{ inputs: { x: { shape: input, data: tensor.data as Float32Array } } }];

  test.each([
    ['operators', plainRange],
    ['operators', plainDynamic],
    ['qdq', plainRange],
  ] as const)('gives the same results: %s, %#', async (form, activations) => {
    const result = await integerFlow(bytes, form, batches, activations);
    expect([...result.forms.values()]).toEqual([form === 'qdq' ? 'QLinearConv' : 'ConvInteger']);
    const [expected, actual] = [
      await runModel(bytes, { x: tensor }),
      await runModel(result.bytes, { x: tensor }),
    ];
    const [a, b] = [expected.get('y')!, actual.get('y')!];
    expect(b).toHaveLength(a.length);
    const energy = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0);
    // Inputs, weights and, with qdq, results are rounded to 8 bits: some 0.5 % each.
    expect(energy(a.map((value, i) => value - b[i]!)) / energy(a)).toBeLessThan(0.015 ** 2);
  });
});
