import type { Graph } from '../graph/graph.js';
import { axisIn, layoutOf, type Layout, type Value } from '../graph/value.js';
import { inputOf, outputOf, type Call, type LayerRule, type RuleTable, type WrittenCall } from './rule.js';

/** The layout that most is done in where one of the values stands in it already. */
function commonLayout(inputs: readonly Value[]): Layout {
  return inputs.some((input) => layoutOf(input) === 'first') ? 'first' : 'last';
}

/** Values of as many axes as the largest has; Keras fills up missing axes behind the batch. */
function broadcast(
  { graph, inputs }: WrittenCall,
  wanted?: Layout,
): {
  readonly names: readonly string[];
  readonly layout: Layout;
} {
  const rank = Math.max(...inputs.map(({ shape }) => shape.length));
  const isEqual = inputs.every(({ shape }) => shape.length === rank);
  const layout = wanted ?? (isEqual ? commonLayout(inputs) : 'last');
  const names = inputs.map((input) => {
    const missing = rank - input.shape.length;
    const name = graph.in(layout, input);
    if (missing === 0) return name;
    const axes = Array.from({ length: missing }, (_, i) => i + 1);
    return graph.node('Unsqueeze', [name, graph.integers(axes)]);
  });
  return { names, layout };
}

function merge(write: (call: WrittenCall, names: readonly string[]) => string): LayerRule {
  return {
    write: (call) => {
      const { names, layout } = broadcast(call);
      return call.graph.value(write(call, names), outputOf(call), layout);
    },
  };
}

const concatenate: LayerRule = {
  write: (call) => {
    const { graph, inputs, settings } = call;
    const layout = commonLayout(inputs);
    const axis = axisIn(layout, settings.number('axis', -1), inputOf(call).length);
    const names = inputs.map((input) => graph.in(layout, input));
    return graph.value(graph.node('Concat', names, { axis }), outputOf(call), layout);
  },
};

/** Sums of products along one axis of each, the batch apart; the axes may be scaled to length 1 before. */
const dot: LayerRule = {
  write: (call) => {
    const { graph, inputs, settings } = call;
    const axes = settings.integers('axes');
    const both = inputs.map(({ shape }, i) => {
      const axis = axes[i] ?? (axes[0] as number);
      return axis < 0 ? axis + shape.length : axis;
    }) as [number, number];
    const names = inputs.map((input, i) => {
      const x = graph.last(input);
      return settings.flag('normalize', false) ? ofLengthOne(call, x, both[i]!) : x;
    });
    const equation = dotEquation(call, both);
    const product = graph.node('Einsum', names, { equation });
    const isSingle = equation.endsWith('->a');
    return graph.value(isSingle ? graph.reshape(product, [-1, 1]) : product, outputOf(call));
  },
};

/** For axes of 2 and 2 of three each: `abz,acz->abc`. */
function dotEquation({ inputs }: Call, axes: readonly [number, number]): string {
  let next = 98;
  const terms = inputs.map(({ shape }, i) =>
    shape!
      .map((_, axis) => (axis === 0 ? 'a' : axis === axes[i] ? 'z' : String.fromCharCode(next++)))
      .join(''),
  );
  const rest = terms.map((term) => term.slice(1).replace('z', ''));
  return `${terms.join()}->a${rest.join('')}`;
}

function ofLengthOne({ graph }: WrittenCall, x: string, axis: number): string {
  const square = graph.reduce('ReduceSum', graph.node('Mul', [x, x]), [axis]);
  return graph.node('Div', [x, graph.node('Sqrt', [graph.node('Max', [square, graph.float(1e-12)])])]);
}

/** A merge that leaves out what is masked, where its inputs have masks. */
function leavingOut(
  plain: LayerRule,
  write: (call: WrittenCall, names: readonly string[]) => string,
): LayerRule {
  const isMasked = ({ inputs }: Call) => inputs.some(({ masked }) => masked);
  return {
    refuse: (call) => {
      if (!isMasked(call)) return undefined;
      const ranks = call.inputs.map(({ shape }) => shape!.length);
      return Math.max(...ranks) === 3 ? undefined : 'masks of inputs that are no sequences of vectors';
    },
    write: (call) => {
      if (!isMasked(call)) return plain.write(call);
      return call.graph.value(write(call, broadcast(call, 'last').names), outputOf(call));
    },
  };
}

/** What is masked in a factor is 1; the product is 0 where all factors have masks that leave it out. */
function maskedProduct({ graph, inputs }: WrittenCall, names: readonly string[]): string {
  const masks = inputs.map(({ mask }) => mask && spread(graph, mask));
  const one = graph.float(1);
  const factors = masks.map((mask, i) => (mask ? graph.node('Where', [mask, names[i]!, one]) : names[i]!));
  const product = graph.chain('Mul', factors);
  const any = masks.reduce((all, mask) => all && mask && graph.node('Or', [all, mask]));
  return any ? graph.node('Where', [any, product, graph.float(0)]) : product;
}

/** The larger or smaller of what is not masked, of one input after the other. Where all are masked the first one stays. */
const maskedExtreme =
  (op: 'Max' | 'Min') =>
  ({ graph, inputs }: WrittenCall, names: readonly string[]): string => {
    const masks = inputs.map(({ mask }) => mask && spread(graph, mask));
    let [all] = masks;
    return names.reduce((before, value, i) => {
      const mask = masks[i];
      const other = mask ? graph.node('Where', [mask, value, before]) : value;
      const kept = all ? graph.node('Where', [all, before, other]) : before;
      all = all && mask && graph.node('Or', [all, mask]);
      return graph.node(op, [kept, other]);
    });
  };

/** A mask with an axis for the features. */
function spread(graph: Graph, mask: string): string {
  return graph.node('Unsqueeze', [mask, graph.integers([2])]);
}

export const mergeRules: RuleTable = {
  Add: merge(({ graph }, names) => graph.chain('Add', names)),
  Subtract: merge(({ graph }, names) => graph.chain('Sub', names)),
  Multiply: leavingOut(
    merge(({ graph }, names) => graph.chain('Mul', names)),
    maskedProduct,
  ),
  Average: merge(({ graph }, names) =>
    graph.node('Mul', [graph.chain('Add', names), graph.float(1 / names.length)]),
  ),
  Maximum: leavingOut(
    merge(({ graph }, names) => graph.node('Max', names)),
    maskedExtreme('Max'),
  ),
  Minimum: leavingOut(
    merge(({ graph }, names) => graph.node('Min', names)),
    maskedExtreme('Min'),
  ),
  Concatenate: concatenate,
  Dot: dot,
  // A layer of lowbit's own.
  Divide: merge(({ graph }, names) => graph.chain('Div', names)),
};
