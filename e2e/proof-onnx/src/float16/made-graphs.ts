import {
  DataType,
  graph,
  modelBytes,
  node,
  tensor,
  value,
  weight,
  integers,
  type GraphParts,
} from '../structures/build.js';
import { boolInput, normalInput } from '../structures/inputs.js';
import type { MadeInput } from '../structures/made-model.js';

/** A graph with one thing that float16 is not written for by halving types, from x [n, 64] to y. */
export interface MadeGraph {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Each is one run: the values of every input by name. */
  readonly runs: readonly Readonly<Record<string, MadeInput>>[];
  /** Operators that must not compute in float16. */
  readonly full?: readonly string[];
}

const width = 64;
const x = value('x', DataType.FLOAT, ['n', width]);
const number = (name: string, one: number) => tensor(name, DataType.FLOAT, [], Float32Array.of(one));
const product = (from: string, by: string, to: string) => node('MatMul', [from, by], [to]);
const square = (name: string, seed: number) => weight(name, [width, width], width, seed);

/** Values of a deviation of `size`. */
function sized(shape: readonly number[], size: number, seed: number): MadeInput {
  const { data, ...rest } = normalInput(shape, seed);
  return { ...rest, data: (data as Float32Array).map((one) => size * one) };
}

function made(
  name: string,
  parts: Partial<GraphParts> & Pick<GraphParts, 'nodes'>,
  more: Partial<MadeGraph> = {},
): MadeGraph {
  const bytes = modelBytes({ inputs: [x], outputs: [value('y', DataType.FLOAT)], ...parts });
  return { name, bytes, runs: [{ x: normalInput([8, width], 7) }], ...more };
}

/** Values of 795 and more, whose squares float16 does not hold. */
const normalization = (): MadeGraph =>
  made(
    'LayerNorm, decomposed',
    {
      nodes: [
        product('x', 'v', 't'),
        node('ReduceMean', ['t', 'last'], ['mean']),
        node('Sub', ['t', 'mean'], ['centred']),
        node('Pow', ['centred', 'two'], ['squares']),
        node('ReduceMean', ['squares', 'last'], ['variance']),
        node('Add', ['variance', 'epsilon'], ['sum']),
        node('Sqrt', ['sum'], ['deviation']),
        node('Div', ['centred', 'deviation'], ['normal']),
        product('normal', 'w', 'y'),
      ],
      initializers: [
        ...[square('v', 1), square('w', 2), number('two', 2), number('epsilon', 1e-12)],
        integers('last', [-1]),
      ],
    },
    { runs: [{ x: sized([8, width], 795, 3) }], full: ['Pow'] },
  );

/** Scores of some hundreds over 65,536 places. */
const softmax = (): MadeGraph =>
  made(
    'large softmax',
    {
      nodes: [
        product('x', 'v', 't'),
        node('Mul', ['t', 'hundred'], ['scores']),
        node('Reshape', ['scores', 'row'], ['flat']),
        node('Softmax', ['flat'], ['shares'], { axis: -1 }),
        node('Reshape', ['shares', 'back'], ['grid']),
        product('grid', 'w', 'y'),
      ],
      initializers: [
        ...[square('v', 1), square('w', 2), number('hundred', 100)],
        ...[integers('row', [1, -1]), integers('back', [-1, width])],
      ],
    },
    { runs: [{ x: normalInput([1024, width], 5) }], full: ['Softmax'] },
  );

/** A sum over 100,000 rows, whose mean goes on. */
const longSum = (): MadeGraph =>
  made(
    'ReduceSum over 100,000',
    {
      inputs: [value('x', DataType.FLOAT, ['n', 1])],
      nodes: [
        product('x', 'v', 't'),
        node('Sigmoid', ['t'], ['shares']),
        node('ReduceSum', ['shares', 'first'], ['sum']),
        node('Mul', ['sum', 'share'], ['mean']),
        node('Tanh', ['mean'], ['bounded']),
        product('bounded', 'w', 'y'),
      ],
      initializers: [
        ...[weight('v', [1, 64], 1, 1), square('w', 2), number('share', 1e-5), integers('first', [0])],
      ],
    },
    { runs: [{ x: normalInput([100_000, 1], 5) }], full: ['ReduceSum'] },
  );

/** Casts from integers that float16 does not hold, from truth values, and to integers. */
const casts = (): MadeGraph =>
  made(
    'Cast',
    {
      nodes: [
        product('x', 'v', 't'),
        node('Greater', ['t', 'zero'], ['above']),
        node('Cast', ['above'], ['mask'], { to: DataType.FLOAT }),
        node('Mul', ['t', 'mask'], ['kept']),
        node('Shape', ['x'], ['shape']),
        node('ReduceProd', ['shape'], ['count'], { keepdims: 0 }),
        node('Mul', ['count', 'thousand'], ['many']),
        node('Cast', ['many'], ['large'], { to: DataType.FLOAT }),
        node('Div', ['kept', 'large'], ['small']),
        node('Mul', ['small', 'large'], ['again']),
        node('Cast', ['again'], ['half'], { to: DataType.FLOAT16 }),
        node('Cast', ['half'], ['whole'], { to: DataType.FLOAT }),
        product('whole', 'w', 'y'),
      ],
      initializers: [
        ...[square('v', 1), square('w', 2), number('zero', 0)],
        tensor('thousand', DataType.INT64, [], BigInt64Array.of(1000n)),
      ],
    },
    {},
  );

const picture = value('x', DataType.FLOAT, [1, 16, 8, 8]);
const resize = (): MadeGraph =>
  made(
    'Resize',
    {
      inputs: [picture],
      nodes: [
        node('Conv', ['x', 'v'], ['t'], { pads: [1, 1, 1, 1] }),
        node('Resize', ['t', '', 'scales'], ['larger']),
        node('Conv', ['larger', 'w'], ['y'], { pads: [1, 1, 1, 1] }),
      ],
      initializers: [
        ...[weight('v', [16, 16, 3, 3], 144, 1), weight('w', [16, 16, 3, 3], 144, 2)],
        tensor('scales', DataType.FLOAT, [4], Float32Array.of(1, 1, 2, 2)),
      ],
    },
    { runs: [{ x: normalInput([1, 16, 8, 8], 5) }] },
  );

/** Positions as floats, as exporters write them. */
const range = (): MadeGraph =>
  made('Range', {
    nodes: [
      node('Range', ['zero', 'end', 'step'], ['positions']),
      product('x', 'v', 't'),
      node('Mul', ['t', 'positions'], ['placed']),
      product('placed', 'w', 'y'),
    ],
    initializers: [
      square('v', 1),
      square('w', 2),
      number('zero', 0),
      number('end', 6.4),
      number('step', 0.1),
    ],
  });

const branches = (): MadeGraph => {
  const branch = (op: string, own: string, seed: number) => ({
    graph: graph({
      nodes: [product('t', own, `${op}_t`), product(`${op}_t`, 'v', `${op}_u`), node(op, [`${op}_u`], [op])],
      initializers: [square(own, seed)],
      outputs: [value(op, DataType.FLOAT)],
    }),
  });
  return made(
    'If',
    {
      inputs: [x, value('which', DataType.BOOL, [])],
      nodes: [
        product('x', 'v', 't'),
        node('If', ['which'], ['u'], {
          then_branch: branch('Tanh', 'a', 4),
          else_branch: branch('Relu', 'b', 5),
        }),
        product('u', 'w', 'y'),
      ],
      initializers: [square('v', 1), square('w', 2)],
    },
    { runs: [true, false].map((which) => ({ x: normalInput([8, width], 7), which: boolInput(which) })) },
  );
};

const loop = (): MadeGraph => {
  const body = graph({
    nodes: [
      node('Identity', ['go'], ['still']),
      product('h', 'v', 'turned'),
      node('Mul', ['turned', 'ten'], ['next']),
    ],
    inputs: [value('i', DataType.INT64, []), value('go', DataType.BOOL, []), value('h', DataType.FLOAT)],
    outputs: [value('still', DataType.BOOL, []), value('next', DataType.FLOAT)],
  });
  return made(
    'Loop',
    {
      nodes: [
        product('x', 'v', 't'),
        node('Loop', ['times', 'true', 't'], ['grown'], { body: { graph: body } }),
        node('Mul', ['grown', 'small'], ['u']),
        product('u', 'w', 'y'),
      ],
      initializers: [
        ...[square('v', 1), square('w', 2), number('ten', 10), number('small', 1e-5)],
        tensor('times', DataType.INT64, [], BigInt64Array.of(5n)),
        tensor('true', DataType.BOOL, [], Uint8Array.of(1)),
      ],
    },
    {},
  );
};

/** One weight of a product in float16 and of a square in float32, and one under two names of the same values. */
const shared = (): MadeGraph =>
  made('shared initializers', {
    nodes: [
      product('x', 'v', 't'),
      node('Mul', ['v', 'v'], ['squares']),
      product('t', 'squares', 'u'),
      node('Add', ['u', 'bias'], ['more']),
      node('Pow', ['more', 'bias'], ['powers']),
      node('Tanh', ['powers'], ['bounded']),
      product('bounded', 'v', 'y'),
    ],
    initializers: [square('v', 1), number('bias', 2)],
  });

export const madeGraphs = (): readonly MadeGraph[] => [
  normalization(),
  softmax(),
  longSum(),
  casts(),
  resize(),
  range(),
  branches(),
  loop(),
  shared(),
];
