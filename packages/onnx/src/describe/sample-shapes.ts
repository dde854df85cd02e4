import { sizeOf } from '@lowbit/core/adapter';
import { attributeOf, integerAttribute, integersAttribute } from '../graph/attributes.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { type Dimension, valueShapes } from '../model/value-shapes.js';
import { chainOperator, dataInputs } from '../operators/moves/chain-operators.js';
import { type GraphProto, type NodeProto, textOf } from '../schema/proto.js';

type Shape = readonly number[];

/** Shapes of values for one sample, by name: estimates, to count work with. */
export type SampleShapes = (name: string) => Shape | undefined;

/** The shape of what an operator gives. */
type Rule = (node: NodeProto, inputs: readonly (Shape | undefined)[], output: number) => Shape | undefined;

/** What is counted for sizes that a file leaves open, samples aside: tokens, or a side of a picture. */
const openSize = 128;

/** What is counted where the file tells nothing. */
interface OpenSizes {
  /** Samples, which the first axis counts unless the file gives it a number; default 1. */
  readonly samples?: number;
  /** For all other sizes; `undefined`: shapes that have one are not known. */
  readonly open: number | undefined;
}

function shapeOfOne(told: readonly Dimension[], { samples = 1, open }: OpenSizes): Shape | undefined {
  const sizes = told.map((dimension, axis) =>
    typeof dimension === 'number' && dimension > 0 ? dimension : axis === 0 ? samples : open,
  );
  return sizes.every((size) => size !== undefined) ? sizes : undefined;
}

const first: Rule = (_, [shape]) => shape;

/** Axes are counted from the last; those of size 1 repeat. */
const joined: Rule = (_, inputs) => {
  const shapes = inputs.filter((shape) => shape !== undefined);
  if (shapes.length < inputs.length) return undefined;
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(...shapes.map((shape) => shape[shape.length - rank + axis] ?? 1)),
  );
};

/** Windows of a convolution or a pooling: [batch, channels, positions…]. */
function windows({ node, shape, channels, kernel }: Windows): Shape {
  const all = (name: string, value: number) =>
    integersAttribute(node, name) ?? Array<number>(2 * kernel.length).fill(value);
  const [strides, pads, dilations] = [all('strides', 1), all('pads', 0), all('dilations', 1)];
  const padding = attributeOf(node, 'auto_pad');
  const isSame = padding !== undefined && textOf(padding.s).startsWith('SAME');
  const rounded = integerAttribute(node, 'ceil_mode', 0) === 1 ? Math.ceil : Math.floor;
  const positions = kernel.map((size, axis) => {
    const [stride = 1, length = 1] = [strides[axis], shape[axis + 2]];
    const padded = length + (pads[axis] ?? 0) + (pads[axis + kernel.length] ?? 0);
    const places = padded - (dilations[axis] ?? 1) * (size - 1) - 1;
    return Math.max(1, isSame ? Math.ceil(length / stride) : rounded(places / stride) + 1);
  });
  return [shape[0] ?? 1, channels, ...positions];
}

interface Windows {
  readonly node: NodeProto;
  readonly shape: Shape;
  readonly channels: number;
  readonly kernel: Shape;
}

const convolved: Rule = (node, [shape, weight]) =>
  shape && weight && windows({ node, shape, channels: weight[0] ?? 1, kernel: weight.slice(2) });

const pooled: Rule = (node, [shape]) =>
  shape &&
  windows({ node, shape, channels: shape[1] ?? 1, kernel: integersAttribute(node, 'kernel_shape') ?? [] });

const pooledWhole: Rule = (_, [shape]) => shape?.map((size, axis) => (axis < 2 ? size : 1));

/** Each value of the input becomes a window, a stride apart. */
const spread: Rule = (node, [shape, weight]) => {
  if (shape === undefined || weight === undefined) return undefined;
  const channels = (weight[1] ?? 1) * integerAttribute(node, 'group', 1);
  const kernel = weight.slice(2);
  const all = (name: string, value: number) =>
    integersAttribute(node, name) ?? Array<number>(2 * kernel.length).fill(value);
  const [strides, pads, dilations] = [all('strides', 1), all('pads', 0), all('dilations', 1)];
  const [added, told] = [all('output_padding', 0), integersAttribute(node, 'output_shape')];
  const padding = attributeOf(node, 'auto_pad');
  const isSame = padding !== undefined && textOf(padding.s).startsWith('SAME');
  const positions = kernel.map((size, axis) => {
    const [stride = 1, length = 1] = [strides[axis], shape[axis + 2]];
    const window = (dilations[axis] ?? 1) * (size - 1) + 1 + (added[axis] ?? 0);
    const cut = (pads[axis] ?? 0) + (pads[axis + kernel.length] ?? 0);
    const whole = isSame ? length * stride : (length - 1) * stride + window - cut;
    return told?.at(axis - kernel.length) ?? whole;
  });
  return [shape[0] ?? 1, channels, ...positions];
};

const product: Rule = (_, [a, b]) =>
  a && b && a.length > 1 && b.length > 1
    ? [...(a.length >= b.length ? a : b).slice(0, -2), a.at(-2) ?? 1, b.at(-1) ?? 1]
    : undefined;

const gemm: Rule = (node, [a, b]) => {
  const [rows, columns] = [
    a?.[integerAttribute(node, 'transA', 0)],
    b?.[1 - integerAttribute(node, 'transB', 0)],
  ];
  return rows === undefined || columns === undefined ? undefined : [rows, columns];
};

const flattened: Rule = (node, [shape]) => {
  const axis = integerAttribute(node, 'axis', 1);
  return shape && [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))];
};

const gathered: Rule = (node, [data, indices]) => {
  const axis = integerAttribute(node, 'axis', 0);
  return data && indices && axis >= 0
    ? [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)]
    : undefined;
};

const reduced: Rule = (node, [shape]) => {
  const axes = integersAttribute(node, 'axes')?.map((axis) =>
    axis < 0 ? axis + (shape?.length ?? 0) : axis,
  );
  if (axes === undefined || shape === undefined) return undefined;
  return integerAttribute(node, 'keepdims', 1) === 0
    ? shape.filter((_, axis) => !axes.includes(axis))
    : shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
};

/** The first output is [time, direction, batch, hidden], others have no time; batch first with layout 1. */
const recurred: Rule = (node, [x, , weight], output) => {
  const [directions, , hidden] = weight ?? [];
  if (x === undefined || directions === undefined || hidden === undefined) return undefined;
  const [first = 1, second = 1] = x;
  if (integerAttribute(node, 'layout', 0) === 1)
    return output > 0 ? [first, directions, hidden] : [first, second, directions, hidden];
  return output > 0 ? [directions, second, hidden] : [first, directions, second, hidden];
};

const each = (ops: string, rule: Rule): [string, Rule][] => ops.split(' ').map((op) => [op, rule]);

const rules: ReadonlyMap<string, Rule> = new Map([
  ...each(
    'BatchNormalization Cast Clip Dropout Elu Erf Exp Gelu HardSigmoid HardSwish InstanceNormalization',
    first,
  ),
  ...each('LayerNormalization LRN LeakyRelu Log LogSoftmax Mish Neg PRelu Relu Selu Sigmoid Softmax', first),
  ...each('Softplus Softsign Sqrt Tanh', first),
  ...each('Attention BiasGelu FastGelu QuickGelu SkipLayerNormalization', first),
  ...each('Add Div Max Min Mul Pow Sub Sum', joined),
  ...each('AveragePool MaxPool LpPool', pooled),
  ...each('GlobalAveragePool GlobalMaxPool GlobalLpPool', pooledWhole),
  ...each('ReduceMax ReduceMean ReduceSum', reduced),
  ...each('Conv FusedConv', convolved),
  ...each('GRU LSTM RNN', recurred),
  ['ConvTranspose', spread],
  ['Flatten', flattened],
  ['Gather', gathered],
  ['Gemm', gemm],
  ['MatMul', product],
]);

/** What the file tells, and what follows from it by the commonest operators. */
export function sampleShapes(
  main: GraphProto,
  graph: EditableGraph,
  opset: number,
  sizes: OpenSizes = { open: openSize },
): SampleShapes {
  const told = valueShapes(main);
  const found = new Map<string, Shape>();
  const shapeOf: SampleShapes = (name) => {
    const own = told.get(name);
    return graph.constantType(name)?.dims ?? found.get(name) ?? (own && shapeOfOne(own, sizes));
  };
  for (const node of graph.nodes()) {
    const inputs = node.input.map((name) => (name === '' ? undefined : shapeOf(name)));
    node.output.forEach((name, output) => {
      const shape =
        rules.get(node.opType)?.(node, inputs, output) ?? moved({ node, inputs, output }, graph, opset);
      if (shape !== undefined) found.set(name, shape);
    });
  }
  return shapeOf;
}

interface Moved {
  readonly node: NodeProto;
  readonly inputs: readonly (Shape | undefined)[];
  readonly output: number;
}

/** What an operator gives that only moves values. */
function moved({ node, inputs, output }: Moved, graph: EditableGraph, opset: number): Shape | undefined {
  const move = chainOperator(node);
  const data = dataInputs(node).map((at) => inputs[at]);
  const shapes = data.filter((shape) => shape !== undefined);
  if (move === undefined || shapes.length < data.length || shapes.length === 0) return undefined;
  const name = (input: number) => node.input[input] ?? '';
  return move({
    ...{ node, opset, shapes, output },
    integers: (input) => graph.list(name(input)),
    listShape: (input) => graph.constantType(name(input))?.dims,
  })?.shape;
}
