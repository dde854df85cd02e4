import type { JsonValue } from '@lowbit/keras';
import { axisIn, layoutOf, type Layout, type Value } from '../graph/value.js';
import { valuesOf } from '../graph/weights.js';
import { pointwise } from './activation.js';
import {
  inputOf,
  isSized,
  outputOf,
  type Call,
  type LayerRule,
  type RuleTable,
  type WrittenCall,
} from './rule.js';

const rankOf = (call: Call): number => inputOf(call).length;

/** Axes of a setting, from 0 and ascending. */
function axesOf(call: Call, fallback: number): readonly number[] {
  const axes = call.settings.integers('axis', fallback);
  return axes.map((axis) => (axis < 0 ? axis + rankOf(call) : axis)).sort((a, b) => a - b);
}

/** Numbers for some axes of Keras, as a constant that is repeated along the others. */
function along(
  { graph }: WrittenCall,
  values: ArrayLike<number>,
  axes: readonly number[],
  layout: Layout,
  sizes: readonly (number | null)[],
): string {
  const rank = sizes.length;
  const dims = Array<number>(rank).fill(1);
  for (const axis of axes) dims[axisIn(layout, axis, rank)] = sizes[axis] as number;
  return graph.floats(values, dims);
}

/** γ (x − μ) / √(σ² + ε) + β with what was measured in training. */
const batchNormalization: LayerRule = {
  refuse: (call) => (axesOf(call, -1).length > 1 ? 'several axes' : undefined),
  write: async (call) => {
    const { graph, weights, layer, settings, inputs } = call;
    const [axis] = axesOf(call, -1) as [number];
    const rank = rankOf(call);
    const channels = inputOf(call)[axis] as number;
    const layout = layoutOf(inputs[0]!);
    const epsilon = settings.number('epsilon', 1e-3);
    if (axisIn(layout, axis, rank) !== 1) return shiftedAndScaled(call, axis, epsilon);
    const gamma = (await weights.find(layer, 'gamma')) ?? graph.floats(Array(channels).fill(1), [channels]);
    const beta = (await weights.find(layer, 'beta')) ?? graph.floats(Array(channels).fill(0), [channels]);
    const mean = (await weights.find(layer, 'moving_mean'))!;
    const variance = (await weights.find(layer, 'moving_variance'))!;
    return pointwise(call, (x) =>
      graph.node('BatchNormalization', [x, gamma, beta, mean, variance], { epsilon: { float: epsilon } }),
    );
  },
};

/** The same as one product and one sum, along any axis. */
async function shiftedAndScaled(call: WrittenCall, axis: number, epsilon: number): Promise<Value> {
  const { graph, layer } = call;
  const [gamma, beta, mean, variance] = await Promise.all(
    ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((name) => valuesOf(layer, name)),
  );
  const scale = variance!.map((value, i) => (gamma?.[i] ?? 1) / Math.sqrt(value + epsilon));
  const shift = mean!.map(
    (value, i) => (beta?.[i] ?? 0) - (value * (gamma?.[i] ?? 1)) / Math.sqrt(variance![i]! + epsilon),
  );
  const sizes = inputOf(call);
  return pointwise(call, (x, layout) => {
    const spread = (values: Float32Array) => along(call, values, [axis], layout, sizes);
    return graph.node('Add', [graph.node('Mul', [x, spread(scale)]), spread(shift)]);
  });
}

/** x − μ over √(σ² + ε) of the values themselves, then γ and β. */
const layerNormalization: LayerRule = {
  refuse: (call) => (call.settings.flag('rms_scaling', false) ? 'rms_scaling' : undefined),
  write: async (call) => {
    const { graph, weights, layer, settings, inputs } = call;
    const x = graph.last(inputs[0]!);
    const axes = axesOf(call, -1);
    const epsilon = settings.number('epsilon', 1e-3);
    const centered = graph.node('Sub', [x, graph.reduce('ReduceMean', x, axes)]);
    const variance = graph.reduce('ReduceMean', graph.node('Mul', [centered, centered]), axes);
    const deviation = graph.node('Sqrt', [graph.node('Add', [variance, graph.float(epsilon)])]);
    let value = graph.node('Div', [centered, deviation]);
    const isTrailing = axes.every((axis, i) => axis === rankOf(call) - axes.length + i);
    // Otherwise γ and β are repeated along the axes between theirs.
    const dims = inputOf(call).map((size, axis) => (axes.includes(axis) ? (size as number) : 1));
    const arrangement = isTrailing ? {} : { dims };
    const gamma = await weights.find(layer, 'gamma', arrangement);
    const beta = await weights.find(layer, 'beta', arrangement);
    if (gamma !== undefined) value = graph.node('Mul', [value, gamma]);
    if (beta !== undefined) value = graph.node('Add', [value, beta]);
    return graph.value(value, outputOf(call));
  },
};

/** Channels in groups, each normalized with all places of a sample. */
const groupNormalization: LayerRule = {
  refuse: (call) => (axesOf(call, -1)[0] === rankOf(call) - 1 ? undefined : 'an axis other than the last'),
  write: async (call) => {
    const { graph, weights, layer, settings, inputs } = call;
    const shape = inputOf(call);
    const channels = shape.at(-1) as number;
    const given = settings.number('groups', 32);
    const groups = given === -1 ? channels : given;
    const x = graph.first(inputs[0]!);
    const constant = (value: number) => graph.floats(Array<number>(groups).fill(value), [groups]);
    const rows = graph.reshape(x, [0, groups, -1]);
    const epsilon = { float: settings.number('epsilon', 1e-3) };
    const normal = graph.node('InstanceNormalization', [rows, constant(1), constant(0)], { epsilon });
    let value = graph.node('Reshape', [normal, graph.node('Shape', [x])]);
    const dims = shape.length <= 2 ? [channels] : [channels, ...shape.slice(2).map(() => 1)];
    const gamma = await weights.find(layer, 'gamma', { dims });
    const beta = await weights.find(layer, 'beta', { dims });
    if (gamma !== undefined) value = graph.node('Mul', [value, gamma]);
    if (beta !== undefined) value = graph.node('Add', [value, beta]);
    return graph.value(value, shape, 'first');
  },
};

/** x over the root of its mean square. */
const rmsNormalization: LayerRule = {
  write: async (call) => {
    const { graph, weights, layer, settings, inputs } = call;
    const x = graph.last(inputs[0]!);
    const square = graph.reduce('ReduceMean', graph.node('Mul', [x, x]), axesOf(call, -1));
    const epsilon = graph.float(settings.number('epsilon', 1e-6));
    const value = graph.node('Div', [x, graph.node('Sqrt', [graph.node('Add', [square, epsilon])])]);
    const scale = await weights.find(layer, 'scale');
    return graph.value(scale === undefined ? value : graph.node('Mul', [value, scale]), outputOf(call));
  },
};

/** x over its length, which is taken for at least 1e-6. */
const unitNormalization: LayerRule = {
  write: (call) => {
    const { graph, isKeras3, settings } = call;
    const axes = axesOf(call, -1);
    const least = settings.number('epsilon', isKeras3 ? 1e-12 : 1e-6);
    return pointwise(call, (x, layout) => {
      const own = axes.map((axis) => axisIn(layout, axis, rankOf(call)));
      const square = graph.reduce('ReduceSum', graph.node('Mul', [x, x]), own);
      const length = graph.node('Sqrt', [graph.node('Max', [square, graph.float(least ** 2)])]);
      return graph.node('Div', [x, length]);
    });
  },
};

/** (x − mean) / max(√variance, 1e-7); the other way round with `invert`. */
const normalization: LayerRule = {
  refuse: (call) =>
    isSized(inputOf(call)) || axesToKeep(call).length <= 1
      ? undefined
      : 'several axes of sizes that are not known',
  write: async (call) => {
    const { graph, settings, inputs } = call;
    const mean = await statistic(call, 'mean');
    const deviation = (await statistic(call, 'variance')).map((value) => Math.max(Math.sqrt(value), 1e-7));
    const sizes = inputOf(call);
    const axes = mean.length === 1 ? [] : axesToKeep(call);
    const spread = (values: Float32Array) => along(call, values, axes, 'last', sizes);
    const x = graph.last(inputs[0]!);
    const value = settings.flag('invert', false)
      ? graph.node('Add', [graph.node('Mul', [x, spread(deviation)]), spread(mean)])
      : graph.node('Div', [graph.node('Sub', [x, spread(mean)]), spread(deviation)]);
    return graph.value(value, outputOf(call));
  },
};

function axesToKeep(call: Call): readonly number[] {
  return call.settings.values['axis'] === null ? [] : axesOf(call, -1);
}

/** From the settings, or from the weights where it was measured. */
async function statistic({ settings, layer }: WrittenCall, name: string): Promise<Float32Array> {
  const numbers = (value: JsonValue): number[] =>
    Array.isArray(value) ? value.flatMap(numbers) : [Number(value)];
  return settings.has(name)
    ? Float32Array.from(numbers(settings.values[name]!))
    : (await valuesOf(layer, name))!;
}

export const normalizationRules: RuleTable = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  GroupNormalization: groupNormalization,
  RMSNormalization: rmsNormalization,
  UnitNormalization: unitNormalization,
  Normalization: normalization,
};
