import { quantize, seededRandom } from '@lowbit/core';
import { minMax } from '@lowbit/methods';
import { describe, expect, it } from 'vitest';
import { makeNode } from '../src/graph/make-node.js';
import { makeTensor } from '../src/graph/make-tensor.js';
import { onnx } from '../src/port.js';
import { readModel } from '../src/read/read-model.js';
import { DataType, type NodeProto, type TensorProto } from '../src/schema/proto.js';
import { buildBytes } from './helpers/build-model.js';
import { noise, runModel } from './helpers/run-model.js';

const random = seededRandom(3);
const matrix = (name: string, dims: readonly number[], type = DataType.FLOAT) => {
  const length = dims.reduce((product, size) => product * size, 1);
  return makeTensor(
    name,
    type,
    dims,
    Float32Array.from({ length }, () => 2 * random() - 1),
  );
};
const integers = (name: string, values: readonly number[]) =>
  makeTensor(name, DataType.INT64, [values.length], values);
const node = (op: string, inputs: string[], output: string | string[], attributes = {}) =>
  makeNode({ op, inputs, outputs: [output].flat(), attributes });
const product = (weight: string, output: string) => node('MatMul', ['x', weight], output);

interface Case {
  readonly nodes: readonly NodeProto[];
  readonly constants: readonly TensorProto[];
  /** Names of the weights, as reports list them. */
  readonly ids: readonly string[];
  /** Columns of the results `y`, `z`. */
  readonly columns?: readonly number[];
  readonly opset?: number;
  readonly ir?: number;
}

const [rows, columns] = [64, 48];
const turned = matrix('w', [columns, rows]);
const wide = matrix('w', [rows, 96]);

/** How exporters leave a matrix [64, 48] of `x` [4, 64] behind operators that move it. */
const cases: Readonly<Record<string, Case>> = {
  'a turned matrix': { nodes: [node('Transpose', ['w'], 'v')], constants: [turned], ids: ['w'] },
  'a turned matrix of a file whose constants are inputs': {
    nodes: [node('Transpose', ['w'], 'v', { perm: [1, 0] })],
    constants: [turned],
    ids: ['v_folded'],
    opset: 8,
    ir: 3,
  },
  'a turned matrix of doubles that is cast': {
    nodes: [node('Transpose', ['w'], 't'), node('Cast', ['t'], 'v', { to: DataType.FLOAT })],
    constants: [matrix('w', [columns, rows], DataType.DOUBLE)],
    ids: ['w'],
  },
  'a list that is reshaped': {
    nodes: [node('Reshape', ['w', 's'], 'v')],
    constants: [matrix('w', [rows * columns]), integers('s', [rows, columns])],
    ids: ['w'],
  },
  'a matrix behind names alone': {
    nodes: [node('Identity', ['w'], 'i'), node('Identity', ['i'], 'v')],
    constants: [matrix('w', [rows, columns])],
    ids: ['w'],
  },
  'a matrix with an axis more': {
    nodes: [node('Squeeze', ['w', 'a'], 'v')],
    constants: [matrix('w', [1, rows, columns]), integers('a', [0])],
    ids: ['w'],
  },
  'a matrix with an axis less, and one taken away': {
    nodes: [node('Unsqueeze', ['w', 'a'], 'u'), node('Squeeze', ['u', 'a'], 'v')],
    constants: [matrix('w', [rows, columns]), integers('a', [0])],
    ids: ['w'],
  },
  'a part of a matrix': {
    nodes: [node('Slice', ['w', 'from', 'to', 'axis'], 'v')],
    constants: [wide, integers('from', [10]), integers('to', [58]), integers('axis', [1])],
    ids: ['w'],
  },
  'columns in another order': {
    nodes: [node('Gather', ['w', 'order'], 'v', { axis: 1 })],
    constants: [
      wide,
      integers(
        'order',
        Array.from({ length: columns }, (_, at) => 95 - 2 * at),
      ),
    ],
    ids: ['w'],
  },
  'one part of a split matrix': {
    nodes: [node('Split', ['w', 's'], ['v', 'rest'], { axis: 1 })],
    constants: [wide, integers('s', [48, 48])],
    ids: ['w'],
  },
  'both parts of a split matrix': {
    nodes: [node('Split', ['w', 's'], ['v', 'u'], { axis: 1 }), product('u', 'z')],
    constants: [wide, integers('s', [48, 48])],
    ids: ['u_folded', 'v_folded'],
    columns: [48, 48],
  },
  'a matrix of halves that is cast': {
    nodes: [node('Cast', ['w'], 'v', { to: DataType.FLOAT })],
    constants: [matrix('w', [rows, columns], DataType.FLOAT16)],
    ids: ['w'],
  },
  'a turned matrix of halves that is cast': {
    nodes: [node('Transpose', ['w'], 't'), node('Cast', ['t'], 'v', { to: DataType.FLOAT })],
    constants: [matrix('w', [columns, rows], DataType.FLOAT16)],
    ids: ['w'],
  },
  'a matrix of halves that is cast and turned': {
    nodes: [node('Cast', ['w'], 'c', { to: DataType.FLOAT }), node('Transpose', ['c'], 'v')],
    constants: [matrix('w', [columns, rows], DataType.FLOAT16)],
    ids: ['w'],
  },
  'a matrix of halves that is cast for two products': {
    nodes: [
      node('Cast', ['w'], 'v', { to: DataType.FLOAT }),
      node('Cast', ['w'], 'u', { to: DataType.FLOAT }),
      product('u', 'z'),
    ],
    constants: [matrix('w', [rows, columns], DataType.FLOAT16)],
    ids: ['w'],
    columns: [columns, columns],
  },
  'slices of a turned matrix': {
    nodes: [
      node('Transpose', ['w'], 't'),
      node('Slice', ['t', 'zero', 'middle', 'axis'], 'v'),
      node('Slice', ['t', 'middle', 'end', 'axis'], 'u'),
      product('u', 'z'),
    ],
    constants: [
      matrix('w', [80, rows]),
      integers('zero', [0]),
      integers('middle', [48]),
      integers('end', [80]),
      integers('axis', [1]),
    ],
    ids: ['u_folded', 'v_folded'],
    columns: [48, 32],
  },
};

const modelOf = ({ nodes, constants, columns: widths = [columns], opset = 17, ir = 8 }: Case) =>
  buildBytes(
    {
      nodes: [...nodes, product('v', 'y')],
      initializers: constants,
      inputs: {
        x: [4, rows],
        ...(ir > 3 ? {} : Object.fromEntries(constants.map(({ name, dims }) => [name, dims.map(Number)]))),
      },
      outputs: Object.fromEntries(widths.map((width, at) => [['y', 'z'][at], [4, width]])),
    },
    { opset, ir },
  );

const inGroups = { weights: minMax(), bits: 4, granularity: 'group:32' } as const;

describe.each(Object.entries(cases))('%s', (_, one) => {
  const bytes = modelOf(one);
  const feeds = { x: noise([4, rows], seededRandom(2)) };

  it('is multiplied packed where memory counts', async () => {
    const { model, report } = await quantize(onnx(bytes, { optimize: 'memory' }), inGroups);
    expect(report.weights.map(({ id, form }) => [id, form])).toEqual(
      one.ids.map((id) => [id, 'MatMulNBits']),
    );
    const ops = readModel(model.bytes).proto.graph!.node.map(({ opType }) => opType);
    expect(ops.filter((op) => op !== 'Constant')).toEqual(
      (one.columns ?? [columns]).map(() => 'MatMulNBits'),
    );
    const [original, packed] = [await runModel(bytes, feeds), await runModel(model.bytes, feeds)];
    for (const [name, values] of original) {
      const largest = Math.max(...values.map(Math.abs));
      packed.get(name)!.forEach((value, at) => {
        // Half a step of 4 bits is 1/30 of the range; a matrix that is moved otherwise is off by the largest result.
        expect(Math.abs(value - values[at]!) / largest).toBeLessThan(0.15);
      });
    }
  });
});

describe('stays as it is', () => {
  const formsOf = async (
    nodes: readonly NodeProto[],
    initializers: readonly TensorProto[],
    {
      inputs = {},
      types = {},
    }: { inputs?: Record<string, readonly number[]>; types?: Record<string, DataType> } = {},
  ) => {
    const bytes = buildBytes({
      nodes,
      initializers,
      inputs: { x: [4, rows], ...inputs },
      types,
      outputs: { y: [4, columns] },
    });
    const { report } = await quantize(onnx(bytes, { optimize: 'memory' }), inGroups);
    return report.weights.map(({ id, form }) => `${id} ${form?.split(' ')[0]}`);
  };

  it('a table that is turned for a product too', async () => {
    const nodes = [
      node('Gather', ['w', 'i'], 'e'),
      node('Transpose', ['w'], 'v'),
      node('Add', ['x', 'e'], 's'),
      node('MatMul', ['s', 'v'], 'y'),
    ];
    const table = await formsOf(nodes, [turned], { inputs: { i: [4] }, types: { i: DataType.INT64 } });
    expect(table).toHaveLength(1);
    expect(table[0]).toMatch(/^w /);
  });

  it('a matrix of halves that is cast for a product and is taken as it is too', async () => {
    const halves = matrix('w', [rows, columns], DataType.FLOAT16);
    const nodes = [
      node('Cast', ['w'], 'v', { to: DataType.FLOAT }),
      product('v', 'p'),
      node('ReduceSum', ['w'], 's', { keepdims: 0 }),
      node('Cast', ['s'], 'c', { to: DataType.FLOAT }),
      node('Add', ['p', 'c'], 'y'),
    ];
    expect(await formsOf(nodes, [halves])).toEqual(['w planar']);
  });
});
