import { sliceBounds } from '@lowbit/keras';
import type { Graph } from '../graph/graph.js';
import { pointwise } from './activation.js';
import { inputOf, outputOf, type LayerRule, type RuleTable } from './rule.js';

/** Beyond every end of an axis. */
const beyond = Number.MAX_SAFE_INTEGER;

/** A layer of lowbit's own: a part of one axis, of which the axis may go. */
const sliceAxis: LayerRule = {
  write: (call) => {
    const { graph, inputs, settings } = call;
    const axis = counted(settings.number('axis'), inputOf(call).length);
    const { start, stop, step } = sliceBounds(settings);
    const [first, last] = step < 0 ? [beyond, -beyond] : [0, beyond];
    const part = graph.slice(graph.last(inputs[0]!), axis, start ?? first, stop ?? last, step);
    const isDropped = settings.flag('drops_axis', false);
    const value = isDropped ? graph.node('Squeeze', [part, graph.integers([axis])]) : part;
    return graph.value(value, outputOf(call));
  },
};

/** A layer of lowbit's own: tensors of one shape along an axis that is new. */
const stackTensors: LayerRule = {
  write: (call) => {
    const { graph, inputs, settings } = call;
    const axis = counted(settings.number('axis'), outputOf(call).length);
    const parts = inputs.map((input) => graph.node('Unsqueeze', [graph.last(input), graph.integers([axis])]));
    const [only] = parts;
    const value = parts.length === 1 ? only! : graph.node('Concat', parts, { axis });
    return graph.value(value, outputOf(call));
  },
};

type Reduce = (graph: Graph, x: string, axes: readonly number[], keepdims: boolean) => string;

const reduce =
  (operator: string): Reduce =>
  (graph, x, axes, keepdims) =>
    graph.reduce(operator, x, axes, keepdims);

/** The mean square of distances from the mean: of all values, not of a sample. */
const variance: Reduce = (graph, x, axes, keepdims) => {
  const distance = graph.node('Sub', [x, graph.reduce('ReduceMean', x, axes)]);
  return graph.reduce('ReduceMean', graph.node('Mul', [distance, distance]), axes, keepdims);
};

const reductions: Readonly<Record<string, Reduce>> = {
  mean: reduce('ReduceMean'),
  max: reduce('ReduceMax'),
  min: reduce('ReduceMin'),
  sum: reduce('ReduceSum'),
  product: reduce('ReduceProd'),
  norm: reduce('ReduceL2'),
  logsumexp: reduce('ReduceLogSumExp'),
  variance,
  deviation: (graph, ...rest) => graph.node('Sqrt', [variance(graph, ...rest)]),
};

/** A layer of lowbit's own: the mean, the largest, the smallest, the sum … along some axes. */
const reduceAxes: LayerRule = {
  write: (call) => {
    const { graph, inputs, settings } = call;
    const axes = settings.integers('axes').map((axis) => counted(axis, inputOf(call).length));
    const keepdims = settings.flag('keepdims', false);
    const written = reductions[settings.text('kind')]!;
    return graph.value(written(graph, graph.last(inputs[0]!), axes, keepdims), outputOf(call));
  },
};

/** A layer of lowbit's own: values between two bounds, of which either may be missing. */
const clip: LayerRule = {
  write: (call) =>
    pointwise(call, (x) => {
      const { graph, settings } = call;
      const bound = (key: string) => (settings.has(key) ? graph.float(settings.number(key)) : '');
      const [least, most] = [bound('min_value'), bound('max_value')];
      return graph.node('Clip', most === '' ? [x, least] : [x, least, most]);
    }),
};

/** A layer of lowbit's own: x to the power of a number. */
const power: LayerRule = {
  write: (call) =>
    pointwise(call, (x) => call.graph.node('Pow', [x, call.graph.float(call.settings.number('exponent'))])),
};

const counted = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

export const tensorFunctionRules: RuleTable = {
  SliceAxis: sliceAxis,
  StackTensors: stackTensors,
  ReduceAxes: reduceAxes,
  Clip: clip,
  Power: power,
};
