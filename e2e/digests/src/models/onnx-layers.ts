import { bells } from '../random.js';
import { indices, noise, type MadeModel } from './made-model.js';
import {
  DataType,
  floats,
  integers,
  modelBytes,
  node,
  value,
  weight,
  type NodeProto,
  type Opset,
  type TensorProto,
} from './onnx-build.js';

/** Convolutions of every kind, with batch normalization, a depthwise one, a transposed one, and a classifier. */
export function convolutional(opset: Opset): MadeModel {
  const bytes = modelBytes(opset, {
    nodes: [
      node('Conv', ['x', 'first.w', 'first.b'], ['first'], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
      ...normalized('first', 'norm'),
      node('Relu', ['norm'], ['a']),
      node('Conv', ['a', 'depth.w'], ['depth'], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: 32 }),
      node('Relu', ['depth'], ['b']),
      node('Conv', ['b', 'point.w', 'point.b'], ['point'], { kernel_shape: [1, 1] }),
      node('Sigmoid', ['point'], ['gate']),
      node('Mul', ['point', 'gate'], ['c']),
      node('ConvTranspose', ['c', 'up.w'], ['up'], { kernel_shape: [2, 2], strides: [2, 2] }),
      node('GlobalAveragePool', ['up'], ['pooled']),
      node('Flatten', ['pooled'], ['flat']),
      node('Gemm', ['flat', 'last.w', 'last.b'], ['y'], { transB: 1 }),
    ],
    initializers: [
      weight('first.w', [32, 3, 3, 3], 27, 1),
      weight('first.b', [32], 10, 2),
      ...normalization('norm', 32, 3),
      weight('depth.w', [32, 1, 3, 3], 9, 4),
      weight('point.w', [48, 32, 1, 1], 32, 5),
      weight('point.b', [48], 10, 6),
      weight('up.w', [48, 16, 2, 2], 48, 7),
      weight('last.w', [40, 16], 16, 8),
      weight('last.b', [40], 10, 9),
    ],
    inputs: [value('x', DataType.FLOAT, ['n', 3, 8, 8])],
    outputs: [value('y', DataType.FLOAT, ['n', 40])],
  });
  return { bytes, inputs: { x: noise([2, 3, 8, 8], 10) } };
}

const normalized = (input: string, name: string): NodeProto[] => [
  node('BatchNormalization', [input, ...['s', 'b', 'm', 'v'].map((part) => `${name}.${part}`)], [name]),
];

function normalization(name: string, channels: number, seed: number): TensorProto[] {
  const scale = bells(channels, 0.1, seed).map((each) => 1 + each);
  const variance = bells(channels, 0.1, seed + 50).map((each) => 1 + Math.abs(each));
  return [
    floats(`${name}.s`, [channels], scale),
    weight(`${name}.b`, [channels], 20, seed + 100),
    weight(`${name}.m`, [channels], 20, seed + 150),
    floats(`${name}.v`, [channels], variance),
  ];
}

/** An embedding, attention of one head and two layers behind it; a table, products and sums of both orders. */
export function transformer(opset: Opset): MadeModel {
  const width = 32;
  const project = (name: string) => node('MatMul', ['rows', `${name}.w`], [name]);
  const bytes = modelBytes(opset, {
    nodes: [
      node('Gather', ['table', 'ids'], ['rows'], { axis: 0 }),
      ...['q', 'k'].map(project),
      node('Transpose', ['k'], ['turned'], { perm: [0, 2, 1] }),
      node('MatMul', ['q', 'turned'], ['products']),
      node('Mul', ['products', 'root'], ['scores']),
      node('Softmax', ['scores'], ['shares'], { axis: 2 }),
      node('MatMul', ['shares', 'rows'], ['mixed']),
      node('MatMul', ['mixed', 'o.w'], ['o']),
      node('Add', ['o', 'o.b'], ['attended']),
      node('Add', ['rows', 'attended'], ['sum']),
      node('MatMul', ['sum', 'wide.w'], ['wide']),
      node('Erf', ['wide'], ['active']),
      node('MatMul', ['active', 'narrow.w'], ['narrow']),
      node('Reshape', ['narrow', 'lines'], ['flat']),
      node('Gemm', ['flat', 'last.w', 'last.b'], ['y']),
    ],
    initializers: [
      weight('table', [48, width], 1, 1),
      ...['q', 'k', 'o'].map((name, at) => weight(`${name}.w`, [width, width], width, 2 + at)),
      floats('root', [], Float32Array.of(0.125)),
      weight('o.b', [width], 20, 6),
      weight('wide.w', [width, 96], width, 7),
      weight('narrow.w', [96, width], 96, 8),
      integers('lines', [-1, width]),
      weight('last.w', [width, 40], width, 9),
      weight('last.b', [40], 20, 10),
    ],
    inputs: [value('ids', DataType.INT64, ['n', 6])],
    outputs: [value('y', DataType.FLOAT, ['lines', 40])],
  });
  return { bytes, inputs: { ids: indices([2, 6], 48, 11) } };
}

/** An LSTM, a GRU and a plain recurrent layer, one after the other. */
export function recurrent(opset: Opset): MadeModel {
  const hidden = 16;
  const cell = (op: string, input: string, name: string) => [
    node(op, [input, `${name}.w`, `${name}.r`, `${name}.b`], [`${name}.raw`], { hidden_size: hidden }),
    node('Transpose', [`${name}.raw`], [`${name}.turned`], { perm: [0, 2, 1, 3] }),
    node('Reshape', [`${name}.turned`, 'flat'], [name]),
  ];
  const weights = (name: string, gates: number, inputs: number, seed: number) => [
    weight(`${name}.w`, [1, gates * hidden, inputs], inputs, seed),
    weight(`${name}.r`, [1, gates * hidden, hidden], hidden, seed + 1),
    weight(`${name}.b`, [1, 2 * gates * hidden], 30, seed + 2),
  ];
  const bytes = modelBytes(opset, {
    nodes: [
      ...cell('LSTM', 'x', 'lstm'),
      ...cell('GRU', 'lstm', 'gru'),
      ...cell('RNN', 'gru', 'rnn'),
      node('Identity', ['rnn'], ['y']),
    ],
    initializers: [
      ...weights('lstm', 4, 24, 1),
      ...weights('gru', 3, hidden, 4),
      ...weights('rnn', 1, hidden, 7),
      integers('flat', [0, 0, hidden]),
    ],
    inputs: [value('x', DataType.FLOAT, [5, 'n', 24])],
    outputs: [value('y', DataType.FLOAT, [5, 'n', hidden])],
  });
  return { bytes, inputs: { x: noise([5, 2, 24], 10) } };
}

/** Convolutions wide enough that integers make them faster, around a sum, and two products behind them. */
export function wide(opset: Opset): MadeModel {
  const conv = (input: string, name: string) =>
    node('Conv', [input, `${name}.w`, `${name}.b`], [name], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
  const bytes = modelBytes(opset, {
    nodes: [
      conv('x', 'first'),
      ...normalized('first', 'norm'),
      node('Relu', ['norm'], ['a']),
      conv('a', 'second'),
      node('Relu', ['second'], ['b']),
      node('Add', ['a', 'b'], ['c']),
      conv('c', 'third'),
      node('Sigmoid', ['third'], ['gate']),
      node('Mul', ['third', 'gate'], ['d']),
      node('GlobalAveragePool', ['d'], ['pooled']),
      node('Flatten', ['pooled'], ['flat']),
      node('Gemm', ['flat', 'up.w', 'up.b'], ['up'], { transB: 1 }),
      node('MatMul', ['up', 'last.w'], ['last']),
      node('Add', ['last', 'last.b'], ['y']),
    ],
    initializers: [
      weight('first.w', [40, 3, 3, 3], 27, 1),
      weight('first.b', [40], 10, 2),
      ...normalization('norm', 40, 3),
      weight('second.w', [40, 40, 3, 3], 360, 4),
      weight('second.b', [40], 10, 5),
      weight('third.w', [40, 40, 3, 3], 360, 6),
      weight('third.b', [40], 10, 7),
      weight('up.w', [64, 40], 40, 8),
      weight('up.b', [64], 10, 9),
      weight('last.w', [64, 48], 64, 10),
      weight('last.b', [48], 10, 11),
    ],
    inputs: [value('x', DataType.FLOAT, ['n', 3, 8, 8])],
    outputs: [value('y', DataType.FLOAT, ['n', 48])],
  });
  return { bytes, inputs: { x: noise([2, 3, 8, 8], 12) } };
}
