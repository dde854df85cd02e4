import type { Settings } from '@lowbit/keras';
import type { Graph } from '../graph/graph.js';
import { inputOf, outputOf, type LayerRule, type RuleTable, type WrittenCall } from './rule.js';

/** Steps that count are those in which one value at least is another; the others become zeros. */
const masking: LayerRule = {
  write: (call) => {
    const { graph, settings, inputs } = call;
    const x = graph.last(inputs[0]!);
    const masked = graph.node('Equal', [x, graph.float(settings.number('mask_value', 0))]);
    const differs = graph.cast(graph.node('Not', [masked]), 'float32');
    const counted = graph.reduce('ReduceMax', differs, [inputOf(call).length - 1]);
    return graph.value(graph.node('Mul', [x, counted]), outputOf(call));
  },
};

/** A layer of lowbit's own: which steps count, of what tensors hold or of other masks. */
const mask: LayerRule = {
  refuse: ({ settings, inputs }) =>
    isOverLast(settings) && inputs[0]!.shape!.length !== 3
      ? 'inputs that are no sequences of vectors'
      : undefined,
  write: (call) => {
    const { graph, inputs } = call;
    const counted = countedOf(
      call,
      inputs.map((input) => graph.last(input)),
    );
    return { ...graph.value(counted, outputOf(call)), mask: graph.cast(counted, 'bool') };
  },
};

/** Whether the features of a step say together whether it counts, or it does anyway. */
const isOverLast = (settings: Settings) =>
  settings.flag('over_last', false) || settings.text('kind') === 'every';

/** What is no zero counts. */
function countedOf({ graph, settings }: WrittenCall, names: readonly string[]): string {
  const [first] = names as [string];
  switch (settings.text('kind')) {
    case 'join':
      return graph.node('Concat', names, { axis: 1 });
    case 'any':
      return graph.node('Max', names);
    case 'all':
      return graph.node('Min', names);
    case 'every': {
      const steps = graph.slice(graph.node('Shape', [first]), 0, 0, 2);
      return graph.node('Expand', [graph.float(1), steps]);
    }
    case 'differs': {
      const masked = graph.node('Equal', [first, graph.float(settings.number('value', 0))]);
      const differs = graph.cast(graph.node('Not', [masked]), 'float32');
      return settings.flag('over_last', false) ? graph.reduce('ReduceMax', differs, [2], false) : differs;
    }
    default:
      return first;
  }
}

export const maskRules: RuleTable = { Masking: masking, Mask: mask };

/** The steps that count, as numbers. */
export interface CountedSteps {
  /** 1 for a step that counts, 0 for one that does not, `[batch, steps]`. */
  readonly counted: string;
  /** How many of the steps up to each one count, `[batch, steps]`. */
  readonly running: string;
  /** How many count, `[batch, 1]`. */
  readonly total: string;
}

/** @param mask Of type bool, `[batch, steps]`. */
export function countedSteps(graph: Graph, mask: string): CountedSteps {
  const counted = graph.cast(mask, 'float32');
  return {
    counted,
    running: graph.node('CumSum', [counted, graph.integer(1)]),
    total: graph.reduce('ReduceSum', counted, [1]),
  };
}

/** More than there are steps, so that float32 still tells them apart. */
const far = 1_000_000;

/** The steps that count in front, in their order, of `[batch, steps, features]`. */
export function gatherCounted(graph: Graph, x: string, { counted }: CountedSteps): string {
  const ones = graph.node('Add', [graph.node('Mul', [counted, graph.float(0)]), graph.float(1)]);
  const place = graph.node('CumSum', [ones, graph.integer(1)]);
  const key = graph.node('Sub', [place, graph.node('Mul', [counted, graph.float(far)])]);
  const steps = graph.slice(graph.node('Shape', [counted]), 0, 1, 2);
  const [, order] = graph.nodes('TopK', [key, steps], 2, { axis: 1, largest: 0, sorted: 1 });
  return takeSteps(graph, x, order!);
}

/**
 * Brings results of steps that count back to where these stood: other steps have the result of the one that was computed last before
 * them, or zeros where there was none, or where zeros are wanted.
 *
 * @param isBackward Whether the last step was computed first.
 */
export function spreadCounted(
  graph: Graph,
  results: string,
  steps: CountedSteps,
  isBackward: boolean,
  zeros: boolean,
): string {
  const { counted, running, total } = steps;
  const place = graph.node('Sub', [running, isBackward ? counted : graph.float(1)]);
  const last = graph.node('Sub', [total, graph.float(1)]);
  const inside = graph.node('Max', [graph.node('Min', [place, last]), graph.float(0)]);
  const values = takeSteps(graph, results, graph.cast(inside, 'int64'));
  const isKnown = graph.cast(graph.node('Equal', [inside, place]), 'float32');
  const kept = zeros
    ? counted
    : graph.node('Mul', [isKnown, graph.cast(graph.node('Greater', [total, graph.float(0)]), 'float32')]);
  return graph.node('Mul', [values, graph.node('Unsqueeze', [kept, graph.integers([2])])]);
}

/** @param order Which step stands at each place, of type int64, `[batch, steps]`. */
function takeSteps(graph: Graph, x: string, order: string): string {
  return graph.node('GatherND', [x, graph.node('Unsqueeze', [order, graph.integers([2])])], {
    batch_dims: 1,
  });
}
