import type { JsonValue } from '@lowbit/keras';
import type { Graph } from '../graph/graph.js';

/** A function of activation over a value. @param axis The axis of channels, where it stands in the graph. */
type Write = (graph: Graph, x: string, axis: number, isKeras3: boolean) => string;

/** An operator of the standard by itself. */
const op =
  (name: string, attributes = {}): Write =>
  (graph, x) =>
    graph.node(name, [x], attributes);

/** An operator over the axis of channels. */
const over =
  (name: string): Write =>
  (graph, x, axis) =>
    graph.node(name, [x], { axis });

const times =
  (factor: Write): Write =>
  (graph, x, axis, isKeras3) =>
    graph.node('Mul', [x, factor(graph, x, axis, isKeras3)]);

const sigmoid = op('Sigmoid');
const relu6: Write = (graph, x) => graph.node('Clip', [x, graph.float(0), graph.float(6)]);

/** x / 6 + 1/2 between 0 and 1 in Keras 3, x / 5 + 1/2 before. */
const hardSigmoid: Write = (graph, x, _, isKeras3) =>
  graph.node('HardSigmoid', [x], { alpha: { float: isKeras3 ? 1 / 6 : 0.2 }, beta: { float: 0.5 } });

/** x · (1 + erf(x / √2)) / 2. */
const gelu: Write = (graph, x) => {
  const error = graph.node('Erf', [graph.node('Mul', [x, graph.float(Math.SQRT1_2)])]);
  const half = graph.node('Mul', [x, graph.float(0.5)]);
  return graph.node('Mul', [half, graph.node('Add', [error, graph.float(1)])]);
};

/** x · (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2 (Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2). */
const tanhGelu: Write = (graph, x) => {
  const cube = graph.node('Mul', [graph.node('Mul', [x, x]), x]);
  const raised = graph.node('Add', [x, graph.node('Mul', [cube, graph.float(0.044715)])]);
  const bent = graph.node('Tanh', [graph.node('Mul', [raised, graph.float(Math.sqrt(2 / Math.PI))])]);
  const half = graph.node('Mul', [x, graph.float(0.5)]);
  return graph.node('Mul', [half, graph.node('Add', [bent, graph.float(1)])]);
};

/** −log(1 + exp(−x)). */
const logSigmoid: Write = (graph, x) => graph.node('Neg', [graph.node('Softplus', [graph.node('Neg', [x])])]);

/** The first half of the channels times the sigmoid of the second. */
const glu: Write = (graph, x, axis) => {
  const [value, gate] = graph.split(x, 2, axis) as [string, string];
  return graph.node('Mul', [value, graph.node('Sigmoid', [gate])]);
};

/** (x + √(x² + 4)) / 2. */
const squareplus: Write = (graph, x) => {
  const square = graph.node('Add', [graph.node('Mul', [x, x]), graph.float(4)]);
  return graph.node('Mul', [graph.node('Add', [x, graph.node('Sqrt', [square])]), graph.float(0.5)]);
};

/** 0 up to −1, x from 1, (x + 1)² / 4 between. */
const sparsePlus: Write = (graph, x) => {
  const inside = graph.node('Clip', [x, graph.float(-1), graph.float(1)]);
  const raised = graph.node('Add', [inside, graph.float(1)]);
  const middle = graph.node('Mul', [graph.node('Mul', [raised, raised]), graph.float(0.25)]);
  const isOutside = graph.node('Greater', [x, graph.float(1)]);
  return graph.node('Where', [isOutside, x, middle]);
};

/** (x + 1) / 2 between 0 and 1. */
const sparseSigmoid = op('HardSigmoid', { alpha: { float: 0.5 }, beta: { float: 0.5 } });

/**
 * max(x − τ, 0), where τ makes the sum 1 (Martins and Astudillo 2016, arXiv:1602.02068, algorithm 1): of the values in descending order z,
 * those with 1 + k z_k > Σ_{j ≤ k} z_j count. Keras takes the sum of those running sums for the last of them, and so is this.
 */
const sparsemax: Write = (graph, x, axis) => {
  const size = graph.node('Gather', [graph.node('Shape', [x]), graph.integers([axis])]);
  const [sorted] = graph.nodes('TopK', [x, size], 2, { axis }) as [string, string];
  const ones = graph.node('Add', [graph.node('Mul', [sorted, graph.float(0)]), graph.float(1)]);
  const rank = graph.node('CumSum', [ones, graph.integer(axis)]);
  const sums = graph.node('CumSum', [sorted, graph.integer(axis)]);
  const reach = graph.node('Add', [graph.node('Mul', [rank, sorted]), graph.float(1)]);
  const counted = graph.cast(graph.node('Greater', [reach, sums]), 'float32');
  const count = graph.reduce('ReduceSum', counted, [axis]);
  const total = graph.reduce('ReduceSum', graph.node('Mul', [sums, counted]), [axis]);
  const threshold = graph.node('Div', [graph.node('Sub', [total, graph.float(1)]), count]);
  return graph.node('Relu', [graph.node('Sub', [x, threshold])]);
};

/** Functions of single values that are no activations of Keras. */
const singleFunctions: Readonly<Record<string, Write>> = {
  ...{ square_root: op('Sqrt'), reciprocal: op('Reciprocal'), log: op('Log'), erf: op('Erf') },
  ...{ sin: op('Sin'), cos: op('Cos'), arctan: op('Atan'), sinh: op('Sinh'), cosh: op('Cosh') },
  ...{ sign: op('Sign'), floor: op('Floor'), ceil: op('Ceil'), round: op('Round') },
  rsqrt: (graph, x) => graph.node('Reciprocal', [graph.node('Sqrt', [x])]),
  log1p: (graph, x) => graph.node('Log', [graph.node('Add', [x, graph.float(1)])]),
  expm1: (graph, x) => graph.node('Sub', [graph.node('Exp', [x]), graph.float(1)]),
};

/** By the names of Keras. `threshold` takes numbers, which a name does not tell. */
const functions: Readonly<Record<string, Write>> = {
  celu: op('Elu'),
  elu: op('Elu'),
  exponential: op('Exp'),
  gelu,
  glu,
  hard_shrink: op('Shrink', { lambd: { float: 0.5 } }),
  hard_sigmoid: hardSigmoid,
  hard_silu: times((graph, x) => hardSigmoid(graph, x, 0, true)),
  hard_tanh: (graph, x) => graph.node('Clip', [x, graph.float(-1), graph.float(1)]),
  keras2_hard_sigmoid: (graph, x) => hardSigmoid(graph, x, 0, false),
  leaky_relu: op('LeakyRelu', { alpha: { float: 0.2 } }),
  linear: (_, x) => x,
  log_sigmoid: logSigmoid,
  log_softmax: over('LogSoftmax'),
  mish: times((graph, x) => graph.node('Tanh', [graph.node('Softplus', [x])])),
  relu: op('Relu'),
  relu6,
  selu: op('Selu'),
  sigmoid,
  silu: times(sigmoid),
  soft_shrink: op('Shrink', { lambd: { float: 0.5 }, bias: { float: 0.5 } }),
  softmax: over('Softmax'),
  softplus: op('Softplus'),
  softsign: op('Softsign'),
  sparse_plus: sparsePlus,
  sparse_sigmoid: sparseSigmoid,
  sparsemax,
  squareplus,
  tanh: op('Tanh'),
  tanh_gelu: tanhGelu,
  tanh_shrink: (graph, x) => graph.node('Sub', [x, graph.node('Tanh', [x])]),
  ...singleFunctions,
};

/** The function of this name, in the words of Keras 2; undefined for one that cannot be written. */
export function functionOf(name: JsonValue | undefined): Write | undefined {
  return typeof name === 'string' && Object.hasOwn(functions, name) ? functions[name] : undefined;
}
