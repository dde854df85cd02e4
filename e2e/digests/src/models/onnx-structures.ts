import { toFloat16Bits } from '../doors.js';
import { bells, sizeOf } from '../random.js';
import { noise, type MadeModel } from './made-model.js';
import {
  DataType,
  floats,
  graph,
  integers,
  localFunction,
  modelBytes,
  node,
  outside,
  tensor,
  value,
  weight,
  type GraphProto,
  type Opset,
} from './onnx-build.js';

const width = 32;
const vector = (name: string) => value(name, DataType.FLOAT, ['n', width]);

/** An If whose branches hold weights, one of them in a Loop that also takes a weight of the outer graph. */
export function nested(opset: Opset): MadeModel {
  const body = graph({
    nodes: [
      node('Identity', ['go'], ['still']),
      node('MatMul', ['h', 'step'], ['turned']),
      node('MatMul', ['turned', 'inner.w'], ['again']),
      node('Tanh', ['again'], ['next']),
    ],
    initializers: [weight('inner.w', [width, width], width, 1)],
    inputs: [value('i', DataType.INT64, []), value('go', DataType.BOOL, []), vector('h')],
    outputs: [value('still', DataType.BOOL, []), vector('next')],
  });
  const loop = node('Loop', ['times', 'true', 'x'], ['looped'], { body: { graph: body } });
  const bytes = modelBytes(opset, {
    nodes: [
      node('If', ['which'], ['chosen'], {
        then_branch: { graph: branch('then', 'looped', [loop]) },
        else_branch: { graph: branch('else', 'x', []) },
      }),
      node('MatMul', ['chosen', 'step'], ['y']),
    ],
    initializers: [
      weight('step', [width, width], width, 2),
      tensor('times', DataType.INT64, [], BigInt64Array.of(3n)),
      tensor('true', DataType.BOOL, [], Uint8Array.of(1)),
    ],
    inputs: [vector('x'), value('which', DataType.BOOL, [])],
    outputs: [vector('y')],
  });
  return { bytes, inputs: { x: noise([2, width], 3), which: { shape: [], data: [1] } } };
}

function branch(name: string, input: string, before: readonly ReturnType<typeof node>[]): GraphProto {
  return graph({
    nodes: [...before, node('MatMul', [input, `${name}.w`], [`${name}.y`])],
    initializers: [weight(`${name}.w`, [width, width], width, name.length)],
    outputs: [vector(`${name}.y`)],
  });
}

/** A function that holds a weight, called twice by another function and once by the graph. */
export function functions(opset: Opset): MadeModel {
  const constant = node('Constant', [], ['w'], { value: { t: weight('', [width, width], width, 1) } });
  const dense = [constant, node('MatMul', ['x', 'w'], ['h']), node('Relu', ['h'], ['y'])];
  const twice = [node('Dense', ['x'], ['h'], {}, 'local'), node('Dense', ['h'], ['y'], {}, 'local')];
  const parts = {
    nodes: [
      node('Twice', ['x'], ['h'], {}, 'local'),
      node('Dense', ['h'], ['i'], {}, 'local'),
      node('MatMul', ['i', 'last.w'], ['y']),
    ],
    initializers: [weight('last.w', [width, width], width, 2)],
    inputs: [vector('x')],
    outputs: [vector('y')],
  };
  const made = [localFunction('Dense', dense, opset), localFunction('Twice', twice, opset)];
  return { bytes: modelBytes(opset, parts, made), inputs: { x: noise([2, width], 3) } };
}

/** Products and a table in float16. */
export function halves(opset: Opset): MadeModel {
  const half = (name: string, shape: readonly number[], seed: number) => {
    const values = bells(sizeOf(shape), 0.125, seed);
    return tensor(name, DataType.FLOAT16, shape, Uint16Array.from(values, toFloat16Bits));
  };
  const bytes = modelBytes(opset, {
    nodes: [
      node('MatMul', ['x', 'w'], ['h']),
      node('Relu', ['h'], ['i']),
      node('Gemm', ['i', 'v', 'b'], ['j'], { transB: 1 }),
      node('Gather', ['table', 'ids'], ['rows'], { axis: 0 }),
      node('Add', ['j', 'rows'], ['y']),
    ],
    initializers: [
      half('w', [width, 96], 1),
      half('v', [width, 96], 2),
      half('b', [width], 3),
      half('table', [48, width], 4),
    ],
    inputs: [value('x', DataType.FLOAT16, ['n', width]), value('ids', DataType.INT64, ['n'])],
    outputs: [value('y', DataType.FLOAT16, ['n', width])],
  });
  return { bytes, inputs: { x: noise([2, width], 5), ids: { shape: [2], data: [3, 40] } } };
}

/** Two weights in one file beside the model, one in it. */
export function besides(opset: Opset): MadeModel {
  const [first, second] = [bells(width * width, 0.125, 1), bells(width * 96, 0.125, 2)];
  const data = new Uint8Array(4 * (first.length + second.length));
  data.set(new Uint8Array(first.buffer), 0);
  data.set(new Uint8Array(second.buffer), first.byteLength);
  const bytes = modelBytes(opset, {
    nodes: [
      node('MatMul', ['x', 'w0'], ['h']),
      node('MatMul', ['h', 'w1'], ['i']),
      node('MatMul', ['i', 'w2'], ['y']),
    ],
    initializers: [
      outside('w0', [width, width], 'weights.bin', 0),
      outside('w1', [width, 96], 'weights.bin', first.byteLength),
      weight('w2', [96, width], 96, 3),
    ],
    inputs: [vector('x')],
    outputs: [vector('y')],
  });
  return { bytes, files: { 'weights.bin': data }, inputs: { x: noise([2, width], 4) } };
}

/** One weight of three products, as it is and turned; constants in nodes, and behind chains of operators; a table of two uses. */
export function chained(opset: Opset): MadeModel {
  const bytes = modelBytes(opset, {
    nodes: [
      node('Gather', ['table', 'ids'], ['rows'], { axis: 0 }),
      node('MatMul', ['rows', 'w'], ['a']),
      node('Tanh', ['a'], ['b']),
      node('MatMul', ['b', 'w'], ['c']),
      node('Transpose', ['w'], ['turned'], { perm: [1, 0] }),
      node('MatMul', ['c', 'turned'], ['d']),
      node('Constant', [], ['inline'], { value: { t: weight('', [width, width], width, 1) } }),
      node('MatMul', ['d', 'inline'], ['e']),
      node('Reshape', ['long', 'square'], ['squared']),
      node('Identity', ['squared'], ['renamed']),
      node('MatMul', ['e', 'renamed'], ['f']),
      node('Mul', ['factor', 'scaled.w'], ['scaled']),
      node('MatMul', ['f', 'scaled'], ['g']),
      node('Transpose', ['table'], ['outputs'], { perm: [1, 0] }),
      node('MatMul', ['g', 'outputs'], ['y']),
    ],
    initializers: [
      weight('table', [48, width], 1, 2),
      weight('w', [width, width], width, 3),
      weight('long', [width * width], width, 4),
      integers('square', [width, width]),
      floats('factor', [], Float32Array.of(0.5)),
      weight('scaled.w', [width, width], width, 5),
    ],
    inputs: [value('ids', DataType.INT64, ['n'])],
    outputs: [value('y', DataType.FLOAT, ['n', 48])],
  });
  return { bytes, inputs: { ids: { shape: [2], data: [3, 40] } } };
}
