import { describe, expect, it } from 'vitest';
import { buildModel, counting } from '../../test/helpers/build-model.js';
import { makeNode } from '../graph/make-node.js';
import { describeModel } from '../describe/describe-model.js';
import { vector } from './operator.js';

interface Case {
  readonly title: string;
  readonly op: string;
  /** Inputs of the node; `w` and `r` are the constants. */
  readonly inputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
  readonly w: readonly number[];
  readonly r?: readonly number[];
  readonly expected: { shape?: readonly number[]; outputAxes: readonly number[]; inputAxis: number };
}

const cases: Case[] = [
  {
    title: 'Conv',
    op: 'Conv',
    inputs: ['x', 'w'],
    w: [8, 4, 3, 3],
    expected: { outputAxes: [0], inputAxis: 1 },
  },
  {
    title: 'Conv, one dimension',
    op: 'Conv',
    inputs: ['x', 'w'],
    w: [8, 4, 3],
    expected: { outputAxes: [0], inputAxis: 1 },
  },
  {
    title: 'depthwise Conv',
    op: 'Conv',
    inputs: ['x', 'w'],
    attributes: { group: 8 },
    w: [8, 1, 3, 3],
    expected: { outputAxes: [0], inputAxis: 1 },
  },
  {
    title: 'ConvTranspose',
    op: 'ConvTranspose',
    inputs: ['x', 'w'],
    w: [4, 8, 2, 2],
    expected: { outputAxes: [1], inputAxis: 0 },
  },
  {
    title: 'ConvTranspose with groups',
    op: 'ConvTranspose',
    inputs: ['x', 'w'],
    attributes: { group: 2 },
    w: [4, 8, 2, 2],
    expected: { shape: [2, 2, 8, 2, 2], outputAxes: [0, 2], inputAxis: 1 },
  },
  { title: 'Gemm', op: 'Gemm', inputs: ['x', 'w'], w: [4, 6], expected: { outputAxes: [1], inputAxis: 0 } },
  {
    title: 'Gemm with transB',
    op: 'Gemm',
    inputs: ['x', 'w'],
    attributes: { transB: 1 },
    w: [6, 4],
    expected: { outputAxes: [0], inputAxis: 1 },
  },
  {
    title: 'Gemm, constant A',
    op: 'Gemm',
    inputs: ['w', 'x'],
    w: [5, 4],
    expected: { outputAxes: [0], inputAxis: 1 },
  },
  {
    title: 'Gemm, constant A with transA',
    op: 'Gemm',
    inputs: ['w', 'x'],
    attributes: { transA: 1 },
    w: [4, 5],
    expected: { outputAxes: [1], inputAxis: 0 },
  },
  {
    title: 'MatMul',
    op: 'MatMul',
    inputs: ['x', 'w'],
    w: [4, 6],
    expected: { outputAxes: [1], inputAxis: 0 },
  },
  {
    title: 'MatMul with a batch',
    op: 'MatMul',
    inputs: ['x', 'w'],
    w: [3, 2, 4, 6],
    expected: { outputAxes: [0, 1, 3], inputAxis: 2 },
  },
  {
    title: 'MatMul, constant A',
    op: 'MatMul',
    inputs: ['w', 'x'],
    w: [5, 4],
    expected: { outputAxes: [0], inputAxis: 1 },
  },
  {
    title: 'MatMul, constant A with a batch',
    op: 'MatMul',
    inputs: ['w', 'x'],
    w: [3, 5, 4],
    expected: { outputAxes: [0, 1], inputAxis: 2 },
  },
  {
    title: 'LSTM',
    op: 'LSTM',
    inputs: ['x', 'w', 'r'],
    attributes: { hidden_size: 3 },
    w: [2, 12, 4],
    r: [2, 12, 3],
    expected: { outputAxes: [0, 1], inputAxis: 2 },
  },
  {
    title: 'GRU',
    op: 'GRU',
    inputs: ['x', 'w', 'r'],
    attributes: { hidden_size: 3 },
    w: [1, 9, 4],
    r: [1, 9, 3],
    expected: { outputAxes: [0, 1], inputAxis: 2 },
  },
];

describe.each(cases)('$title', ({ op, inputs, attributes = {}, w, r, expected }) => {
  const model = buildModel({
    nodes: [makeNode({ op, name: 'layer', inputs, outputs: ['y'], attributes })],
    initializers: [counting('w', w), ...(r === undefined ? [] : [counting('r', r)])],
    inputs: { x: ['batch', 4] },
    outputs: { y: ['batch'] },
  });
  const { layers, sites } = describeModel(model);

  it('tells the axes of its weights', () => {
    const [site, recurrent] = sites;
    expect(site).toMatchObject({ id: 'w', kernel: 'kernel', shape: w, ...expected });
    if (r !== undefined)
      expect(recurrent).toMatchObject({ id: 'r', kernel: 'recurrent', shape: r, ...expected });
    expect(sites.length).toBe(r === undefined ? 1 : 2);
  });

  it('tells who uses them', () => {
    expect(layers.map(({ weights, skipped }) => [weights, skipped])).toEqual([[sites, []]]);
    expect(sites[0]?.uses).toMatchObject([{ input: inputs.indexOf('w'), direct: true }]);
  });
});

it('does not take a vector for a weight', () => {
  const { layers } = describeModel(
    buildModel({
      nodes: [makeNode({ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] })],
      initializers: [counting('w', [4])],
      inputs: { x: [2, 4] },
      outputs: { y: [2] },
    }),
  );
  expect(layers[0]?.skipped).toEqual([{ subject: 'w', reason: vector }]);
});
