import { sliceBounds } from '@lowbit/keras';
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
    return graph.value(graph.node('Concat', parts, { axis }), outputOf(call));
  },
};

const reductions: Readonly<Record<string, string>> = {
  mean: 'ReduceMean',
  max: 'ReduceMax',
  min: 'ReduceMin',
  sum: 'ReduceSum',
};

/** A layer of lowbit's own: the mean, the largest, the smallest or the sum along some axes. */
const reduceAxes: LayerRule = {
  write: (call) => {
    const { graph, inputs, settings } = call;
    const axes = settings.integers('axes').map((axis) => counted(axis, inputOf(call).length));
    const operator = reductions[settings.text('kind')]!;
    const keepdims = settings.flag('keepdims', false);
    return graph.value(graph.reduce(operator, graph.last(inputs[0]!), axes, keepdims), outputOf(call));
  },
};

const counted = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

export const tensorFunctionRules: RuleTable = {
  SliceAxis: sliceAxis,
  StackTensors: stackTensors,
  ReduceAxes: reduceAxes,
};
