import type { Comparison } from '@lowbit/keras';
import type { Graph } from '../graph/graph.js';
import { inputOf, outputOf, type LayerRule, type RuleTable } from './rule.js';

const counted = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** A layer of lowbit's own: places of one axis, in any order. */
const takePlaces: LayerRule = {
  write: (call) => {
    const { graph, inputs, settings } = call;
    const axis = counted(settings.number('axis'), inputOf(call).length);
    const places = graph.integers(settings.integers('places'));
    return graph.value(graph.node('Gather', [graph.last(inputs[0]!), places], { axis }), outputOf(call));
  },
};

/** A layer of lowbit's own: parts of one axis, or single places without it. */
const splitAxis: LayerRule = {
  write: (call) => {
    const { graph, inputs, settings, outputs } = call;
    const axis = counted(settings.number('axis'), inputOf(call).length);
    const sizes = settings.integers('sizes');
    const parts = graph.nodes('Split', [graph.last(inputs[0]!), graph.integers(sizes)], sizes.length, {
      axis,
    });
    const drops = settings.flag('drops_axis', false);
    return parts.map((part, i) => {
      const value = drops ? graph.node('Squeeze', [part, graph.integers([axis])]) : part;
      return graph.value(value, outputs[i]!);
    });
  },
};

/** A layer of lowbit's own: one value around. */
const padConstant: LayerRule = {
  write: (call) => {
    const { graph, inputs, settings } = call;
    const pads = settings.integers('pads');
    const [front, behind] = [0, 1].map((end) => [0, ...pads.filter((_, i) => i % 2 === end)]);
    const around = graph.integers([...front!, ...behind!]);
    const fill = graph.floats([settings.number('value')]);
    return graph.value(graph.pad(graph.last(inputs[0]!), around, fill), outputOf(call));
  },
};

type Compare = (graph: Graph, a: string, b: string) => string;

const isTrue = (graph: Graph, x: string): string => graph.cast(x, 'bool');
const op =
  (name: string): Compare =>
  (graph, a, b) =>
    graph.node(name, [a, b]);

const comparisons: Readonly<Record<Comparison, Compare>> = {
  '>': op('Greater'),
  '>=': op('GreaterOrEqual'),
  '<': op('Less'),
  '<=': op('LessOrEqual'),
  '==': op('Equal'),
  '!=': (graph, a, b) => graph.node('Not', [graph.node('Equal', [a, b])]),
  and: (graph, a, b) => graph.node('And', [isTrue(graph, a), isTrue(graph, b)]),
  or: (graph, a, b) => graph.node('Or', [isTrue(graph, a), isTrue(graph, b)]),
};

/** A layer of lowbit's own: 1 where values compare so, 0 where not. */
const compareValues: LayerRule = {
  write: (call) => {
    const { graph, inputs, settings } = call;
    const [first, second] = inputs.map((input) => graph.last(input));
    const other = second ?? graph.float(settings.number('value'));
    const found = comparisons[settings.text('kind') as Comparison](graph, first!, other);
    return graph.value(graph.cast(found, 'float32'), outputOf(call));
  },
};

/** A layer of lowbit's own: where the first is no zero the next, otherwise the last. */
const selectValues: LayerRule = {
  write: (call) => {
    const { graph, inputs, settings } = call;
    const [condition, ...values] = inputs.map((input) => graph.last(input));
    const [when, otherwise] = ['when', 'otherwise'].map((key) =>
      settings.has(key) ? graph.float(settings.number(key)) : values.shift()!,
    );
    const value = graph.node('Where', [isTrue(graph, condition!), when!, otherwise!]);
    return graph.value(value, outputOf(call));
  },
};

/** A layer of lowbit's own: a product of two tensors, summed over the axes whose letters the output lacks. */
const einsumProduct: LayerRule = {
  write: (call) => {
    const { graph, inputs, settings } = call;
    const factors = inputs.map((input) => graph.last(input));
    const equation = settings.text('equation');
    return graph.value(graph.node('Einsum', factors, { equation }), outputOf(call));
  },
};

export const tensorOperationRules: RuleTable = {
  TakePlaces: takePlaces,
  SplitAxis: splitAxis,
  PadConstant: padConstant,
  CompareValues: compareValues,
  SelectValues: selectValues,
  EinsumProduct: einsumProduct,
};
