import { layoutOf } from '../graph/value.js';
import { inputOf, outputOf, type LayerRule, type RuleTable } from './rule.js';
import { paddingOf } from './windows.js';

/** What is padded does not count. */
function pooling(op: string, rank: number): LayerRule {
  return {
    write: (call) => {
      const { graph, settings, inputs } = call;
      const size = settings.sizes('pool_size', rank, 2);
      const strides = settings.has('strides') ? settings.sizes('strides', rank) : size;
      const window = { size, strides, dilation: size.map(() => 1) };
      const padding = paddingOf(settings.text('padding', 'valid'), window, inputOf(call));
      const attributes = { kernel_shape: size, strides, ...padding };
      return graph.value(
        graph.node(op, [graph.pooled(graph.first(inputs[0]!))], attributes),
        outputOf(call),
        'first',
      );
    },
  };
}

/** One value a channel; of masked steps those that count, where averages of steps are taken. */
function globalPooling(op: string, rank: number): LayerRule {
  const isMasked = op === 'ReduceMean' && rank === 1;
  return {
    write: (call) => {
      const { graph, settings, inputs } = call;
      const [input] = inputs;
      const keeps = settings.flag('keepdims', false);
      if (isMasked && input!.mask !== undefined) return maskedMean(call, input!.mask, keeps);
      const layout = layoutOf(input!);
      const start = layout === 'first' ? 2 : 1;
      const axes = Array.from({ length: rank }, (_, i) => start + i);
      const x = graph.in(layout, input!);
      const pooled = layout === 'first' ? graph.node(globalOps[op]!, [x]) : graph.reduce(op, x, axes, keeps);
      if (layout === 'last' || keeps) return graph.value(pooled, outputOf(call), layout);
      return graph.value(graph.node('Flatten', [pooled], { axis: 1 }), outputOf(call));
    },
  };
}

const globalOps: Readonly<Record<string, string>> = {
  ReduceMean: 'GlobalAveragePool',
  ReduceMax: 'GlobalMaxPool',
};

/** Σ x · mask / Σ mask over the steps. */
function maskedMean(
  { graph, inputs, outputs }: Parameters<LayerRule['write']>[0],
  mask: string,
  keeps: boolean,
) {
  const counted = graph.node('Unsqueeze', [graph.cast(mask, 'float32'), graph.integers([2])]);
  const kept = graph.node('Mul', [graph.last(inputs[0]!), counted]);
  const total = graph.reduce('ReduceSum', kept, [1], keeps);
  return graph.value(graph.node('Div', [total, graph.reduce('ReduceSum', counted, [1], keeps)]), outputs[0]!);
}

const kinds = { Max: ['MaxPool', 'ReduceMax'], Average: ['AveragePool', 'ReduceMean'] } as const;

export const poolingRules: RuleTable = Object.fromEntries(
  [1, 2, 3].flatMap((rank) =>
    Object.entries(kinds).flatMap(([kind, [window, whole]]) => [
      [`${kind}Pooling${rank}D`, pooling(window, rank)],
      [`Global${kind}Pooling${rank}D`, globalPooling(whole, rank)],
    ]),
  ),
);
