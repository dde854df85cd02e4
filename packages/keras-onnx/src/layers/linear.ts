import { activated, refusedActivation } from './activation.js';
import { outputOf, type LayerRule, type RuleTable } from './rule.js';

/** x · kernel + bias, over the last axis. */
const dense: LayerRule = {
  refuse: refusedActivation,
  write: async (call) => {
    const { graph, weights, layer, inputs } = call;
    const kernel = await weights.find(layer, 'kernel');
    const bias = await weights.find(layer, 'bias');
    const product = graph.node('MatMul', [graph.last(inputs[0]!), kernel!]);
    const sum = bias === undefined ? product : graph.node('Add', [product, bias]);
    return graph.value(activated(call, sum, 'last'), outputOf(call));
  },
};

/** Letters stand for the axes that `...` passes on, which ONNX writes alike. */
const einsumDense: LayerRule = {
  refuse: refusedActivation,
  write: async (call) => {
    const { graph, weights, layer, settings, inputs } = call;
    const equation = settings.text('equation').replaceAll(' ', '');
    const kernel = await weights.find(layer, 'kernel');
    const bias = await weights.find(layer, 'bias');
    const product = graph.node('Einsum', [graph.last(inputs[0]!), kernel!], { equation });
    const sum = bias === undefined ? product : graph.node('Add', [product, bias]);
    return graph.value(activated(call, sum, 'last'), outputOf(call));
  },
};

/** Rows of a table. */
const embedding: LayerRule = {
  integers: true,
  write: async ({ graph, weights, layer, inputs, outputs }) => {
    const [input] = inputs;
    const table = await weights.find(layer, 'embeddings');
    const indices = input!.type === 'int32' || input!.type === 'int64' ? graph.last(input!) : undefined;
    const whole = indices ?? graph.cast(graph.last(input!), 'int32');
    const rows = graph.node('Gather', [table!, whole], { axis: 0 });
    return graph.value(rows, outputs[0]!);
  },
};

export const linearRules: RuleTable = { Dense: dense, EinsumDense: einsumDense, Embedding: embedding };
