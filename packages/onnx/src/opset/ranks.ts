import { valueShapes } from '../model/value-shapes.js';
import { integerAttribute, integersAttribute } from '../graph/attributes.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import type { GraphProto, NodeProto } from '../schema/proto.js';

/** How many axes the values of a graph have; `undefined` where neither the file nor the operators tell. */
export type Ranks = (name: string) => number | undefined;

/** How many axes an output of an operator has. */
type Rule = (node: NodeProto, known: Known, output: number) => number | undefined;

interface Known {
  readonly rank: Ranks;
  /** How long a list is, which is a constant or whose shape the file tells. */
  length(name: string): number | undefined;
}

const first: Rule = ({ input }, { rank }) => rank(input[0] ?? '');

const largest: Rule = ({ input }, { rank }) => ofKnown(input.map(rank), (ranks) => Math.max(...ranks));

/** Without one axis, or with it as one of size 1. */
const withoutOne: Rule = (node, known) =>
  plus(first(node, known, 0), integerAttribute(node, 'keepdims', 1) === 0 ? -1 : 0);

const reduced: Rule = (node, known) => {
  if (integerAttribute(node, 'keepdims', 1) !== 0) return first(node, known, 0);
  const axes = integersAttribute(node, 'axes');
  return axes === undefined ? 0 : plus(first(node, known, 0), -axes.length);
};

/** All states with their directions; the last state has no steps. */
const recurrent: Rule = (_, __, output) => (output === 0 ? 4 : 3);

const product: Rule = ({ input }, { rank }) =>
  ofKnown(input.map(rank), ([a = 0, b = 0]) => Math.max(a, b) - (a === 1 || b === 1 ? 1 : 0));

const reshaped: Rule = (node, { length }) =>
  integersAttribute(node, 'shape')?.length ?? length(node.input[1] ?? '');

const moreAxes =
  (sign: 1 | -1): Rule =>
  (node, known) =>
    plus(first(node, known, 0), times(sign, integersAttribute(node, 'axes')?.length));

const gathered: Rule = ({ input: [data = '', indices = ''] }, { rank }) =>
  ofKnown([rank(data), rank(indices)], ([a = 0, b = 0]) => a + b - 1);

const keeping =
  'Abs Affine AveragePool BatchNormalization Cast Ceil Clip Concat Conv ConvTranspose Crop DepthToSpace Dropout Elu Exp Floor GlobalAveragePool GlobalLpPool GlobalMaxPool HardSigmoid Hardmax Identity ImageScaler InstanceNormalization LRN LeakyRelu Log LogSoftmax LpNormalization LpPool MaxPool MeanVarianceNormalization Neg Not PRelu Pad ParametricSoftplus Reciprocal Relu Scale ScaledTanh Selu Sigmoid Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Tanh ThresholdedRelu Tile TopK Transpose Upsample';
const joining = 'Add And Div Equal Greater Less Max Mean Min Mul Or Pow Sub Sum Xor';
const reducing =
  'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare';

const each = (ops: string, rule: Rule): [string, Rule][] => ops.split(' ').map((op) => [op, rule]);

/** Of the operators of old models. */
const rules: ReadonlyMap<string, Rule> = new Map([
  ...each(keeping, first),
  ...each(joining, largest),
  ...each(reducing, reduced),
  ...each('ArgMax ArgMin', withoutOne),
  ...each('GRU LSTM RNN', recurrent),
  ...each('Flatten Gemm', () => 2),
  ['Gather', gathered],
  ['MatMul', product],
  ['Reshape', reshaped],
  ['Shape', () => 1],
  ['Size', () => 0],
  ['Squeeze', moreAxes(-1)],
  ['Unsqueeze', moreAxes(1)],
]);

/** @param around Of the graph that this one is inside of. */
export function ranksOf(graph: GraphProto, edit: EditableGraph, around: Ranks = () => undefined): Ranks {
  const shapes = valueShapes(graph);
  const computed = new Map<string, number | undefined>();
  const dimsOf = (name: string) => edit.constantType(name)?.dims ?? shapes.get(name);
  const rank: Ranks = (name) =>
    dimsOf(name)?.length ?? (computed.has(name) ? computed.get(name) : around(name));
  const length = (name: string) => {
    const [count] = dimsOf(name) ?? [];
    return typeof count === 'number' ? count : undefined;
  };
  for (const node of edit.nodes()) {
    node.output.forEach((name, at) =>
      computed.set(name, rules.get(node.opType)?.(node, { rank, length }, at)),
    );
  }
  return rank;
}

/** What is made of numbers that are all known. */
function ofKnown(
  numbers: readonly (number | undefined)[],
  make: (known: readonly number[]) => number,
): number | undefined {
  const known = numbers.filter((one) => one !== undefined);
  return known.length === numbers.length ? make(known) : undefined;
}

const plus = (a: number | undefined, b: number | undefined): number | undefined =>
  ofKnown([a, b], ([one = 0, other = 0]) => one + other);

const times = (sign: number, count: number | undefined): number | undefined =>
  count === undefined ? undefined : sign * count;
