import type { Value } from '../graph/value.js';
import { inputOf, outputOf, type Call, type LayerRule, type RuleTable, type WrittenCall } from './rule.js';

/** Scores that are left out get this far below the others. */
const leftOut = -1e9;

/** Arguments by name that are known not to matter, or that are read. */
function refusedArguments({ named }: Call, known: readonly string[]): string | undefined {
  const set = Object.keys(named).find((name) => !known.includes(name) && named[name] !== false);
  return set;
}

/** Softmax over the last axis of the scores of keys that are seen, then the values of the keys by these shares. */
function attended(
  { graph }: WrittenCall,
  scores: string,
  values: string,
  { seen, isEmptyZero }: Sight,
): string {
  const kept = seen === undefined ? scores : graph.node('Where', [seen, scores, graph.float(leftOut)]);
  const shares = graph.node('Softmax', [kept], { axis: -1 });
  const counted =
    seen !== undefined && isEmptyZero ? graph.node('Mul', [shares, graph.cast(seen, 'float32')]) : shares;
  return graph.node('MatMul', [counted, values]);
}

/** What queries see. */
interface Sight {
  /** Which keys, of type bool, as the scores but for axes of length 1; undefined where they see all. */
  readonly seen: string | undefined;
  /** Whether a query that sees none has shares of 0; else all its shares are equal. */
  readonly isEmptyZero?: boolean;
}

/** All masks together. */
function together({ graph }: WrittenCall, masks: readonly (string | undefined)[]): string | undefined {
  const present = masks.filter((mask) => mask !== undefined);
  return present.length === 0 ? undefined : graph.chain('And', present);
}

/** The mask of an input with axes of length 1 put in. */
function maskOf({ graph, inputs }: WrittenCall, input: number, axes: readonly number[]): string | undefined {
  const mask = inputs[input]?.mask;
  return mask === undefined ? undefined : graph.node('Unsqueeze', [mask, graph.integers(axes)]);
}

/** The steps of the query see those of the keys up to their own. */
function causal({ graph, named }: WrittenCall, scores: string): string | undefined {
  if (named['use_causal_mask'] !== true) return undefined;
  const shape = graph.node('Shape', [scores]);
  const [queries, keys] = [-2, -1].map((axis) => {
    const length = graph.node('Gather', [shape, graph.integer(axis)], { axis: 0 });
    return graph.node('Range', [graph.integer(0), length, graph.integer(1)]);
  }) as [string, string];
  const rows = graph.node('Unsqueeze', [queries, graph.integers([1])]);
  return graph.node('GreaterOrEqual', [rows, keys]);
}

/** Values by the scores of keys that masks leave, 0 for queries that have none. */
function masked(call: WrittenCall, scores: string, values: string): Value {
  const { graph } = call;
  const seen = together(call, [maskOf(call, 1, [1]), causal(call, scores)]);
  const result = attended(call, scores, values, { seen });
  const counted = maskOf(call, 0, [2]);
  const kept = counted ? graph.node('Mul', [result, graph.cast(counted, 'float32')]) : result;
  return graph.value(kept, outputOf(call));
}

/** Scores as products of query and key. @returns `[batch, query steps, key steps]`. */
function products({ graph }: WrittenCall, query: string, key: string): string {
  return graph.node('MatMul', [query, graph.transpose(key, [0, 2, 1])]);
}

/** Called with a list of query, value and, where it is another one, key. */
const attention: LayerRule = {
  refuse: (call) =>
    refusedArguments(call, ['use_causal_mask']) ??
    (call.inputs.some(({ shape }) => shape!.length !== 3)
      ? 'inputs that are no sequences of vectors'
      : undefined),
  write: async (call) => {
    const { graph, weights, layer, settings, inputs } = call;
    const [query, value, key = value] = inputs.map((input) => graph.last(input)) as [string, string, string?];
    const scale = await weights.find(layer, 'scale');
    const scaled = (x: string) => (scale === undefined ? x : graph.node('Mul', [x, scale]));
    let scores: string;
    if (settings.text('score_mode', 'dot') === 'concat') {
      const sum = graph.reduce(
        'ReduceSum',
        graph.node('Tanh', [scaled(pairSums(call, query, key!))]),
        [3],
        false,
      );
      scores = graph.node('Mul', [sum, (await weights.find(layer, 'concat_score_weight'))!]);
    } else scores = scaled(products(call, query, key!));
    return masked(call, scores, value);
  },
};

/** Each step of the query with each of the keys. @returns `[batch, query steps, key steps, features]`. */
function pairSums({ graph }: WrittenCall, query: string, key: string): string {
  const rows = graph.node('Unsqueeze', [query, graph.integers([2])]);
  return graph.node('Add', [rows, graph.node('Unsqueeze', [key, graph.integers([1])])]);
}

/** Scores are Σ scale · tanh(query + key). */
const additiveAttention: LayerRule = {
  ...attention,
  write: async (call) => {
    const { graph, weights, layer, inputs } = call;
    const [query, value, key = value] = inputs.map((input) => graph.last(input)) as [string, string, string?];
    const bent = graph.node('Tanh', [pairSums(call, query, key!)]);
    const scale = await weights.find(layer, 'scale');
    const weighted = scale === undefined ? bent : graph.node('Mul', [bent, scale]);
    const scores = graph.reduce('ReduceSum', weighted, [3], false);
    return masked(call, scores, value);
  },
};

/** Called with query, value and, where it is another one, key; each is projected for every head. */
const multiHeadAttention: LayerRule = {
  refuse: (call) => {
    const { settings } = call;
    const argument = refusedArguments(call, ['use_causal_mask', 'attention_mask']);
    if (argument !== undefined) return argument;
    if (inputOf(call).length !== 3) return 'inputs that are no sequences of vectors';
    const mask = call.named['attention_mask'];
    if (mask !== undefined && !Array.isArray(mask)) return 'an attention_mask that is no tensor';
    if (settings.has('output_shape') && settings.integers('output_shape').length !== 1)
      return 'an output of several axes';
    return call.outputs.length === 1 ? undefined : 'return_attention_scores';
  },
  write: async (call) => {
    const { graph, settings, inputs } = call;
    const [query, value, key = value] = inputs.map((input) => graph.last(input)) as [string, string, string?];
    const scale = graph.float(1 / Math.sqrt(settings.size('key_dim')));
    const queries = graph.node('Mul', [await heads(call, 'query', query, [0, 2, 1, 3]), scale]);
    const keys = await heads(call, 'key', key!, [0, 2, 3, 1]);
    const values = await heads(call, 'value', value, [0, 2, 1, 3]);
    const scores = graph.node('MatMul', [queries, keys]);
    const mixed = graph.transpose(attended(call, scores, values, sightOf(call, scores)), [0, 2, 1, 3]);
    const width = settings.size('num_heads') * settings.size('value_dim', settings.size('key_dim'));
    const joined = graph.reshape(mixed, [0, 0, width]);
    const [out] = outputOf(call).slice(-1) as [number];
    return graph.value(await projected(call, 'attention_output', joined, [width, out]), outputOf(call));
  },
};

/** Keras 3 goes another way where it would drop out shares in training. */
function sightOf(call: WrittenCall, scores: string): Sight {
  const masks = [maskOf(call, 0, [1, 3]), maskOf(call, 1, [1, 2]), maskOf(call, 2, [1, 2])];
  const isEmptyZero = call.isKeras3 && call.settings.number('dropout', 0) !== 0;
  return { seen: together(call, [...masks, causal(call, scores), pairsOf(call)]), isEmptyZero };
}

/** Where `attention_mask` is 0, a query does not see a key. */
function pairsOf({ graph, named }: WrittenCall): string | undefined {
  const [mask] = (named['attention_mask'] ?? []) as readonly Value[];
  if (mask === undefined) return undefined;
  const seen = graph.cast(graph.last(mask), 'bool');
  return mask.shape.length === 3 ? graph.node('Unsqueeze', [seen, graph.integers([1])]) : seen;
}

/** One projection, as a product of matrices. @param dims Of the kernel as a matrix. */
async function projected(
  { graph, weights, layer }: WrittenCall,
  name: string,
  x: string,
  dims: readonly [number, number],
): Promise<string> {
  const kernel = await weights.find(layer, `${name}/kernel`, { dims });
  const bias = await weights.find(layer, `${name}/bias`, { dims: [dims[1]] });
  const product = graph.node('MatMul', [x, kernel!]);
  return bias === undefined ? product : graph.node('Add', [product, bias]);
}

/** A projection by heads, `[batch, steps, heads, size]`, in an order of axes. */
async function heads(call: WrittenCall, name: string, x: string, axes: readonly number[]): Promise<string> {
  const { graph, layer } = call;
  const [from, count, size] = layer.weights.find((weight) => weight.name === `${name}/kernel`)!.shape;
  const result = await projected(call, name, x, [from!, count! * size!]);
  return graph.transpose(graph.reshape(result, [0, 0, count!, size!]), axes);
}

export const attentionRules: RuleTable = {
  Attention: attention,
  AdditiveAttention: additiveAttention,
  MultiHeadAttention: multiHeadAttention,
};
