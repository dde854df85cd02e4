import type { Shape } from '../model.js';
import {
  axisFrom,
  lastSize,
  type ClassTable,
  type LayerClass,
  type MaybeShape,
  type WeightRule,
} from './layer-class.js';
import type { Settings } from './settings.js';

/** A projection of a multi-head attention; Keras 3 has a name for the object, Keras 2 the same with an underscore. */
function projection(
  settings: Settings,
  name: string,
  object: string,
  kernel: Shape,
  bias: Shape,
): readonly WeightRule[] {
  const owner = [object, `_${object}`];
  return [
    { name: `${name}/kernel`, shape: kernel, owner },
    ...(settings.flag('use_bias', true) ? [{ name: `${name}/bias`, shape: bias, owner }] : []),
  ];
}

function outputSizes(settings: Settings, query: MaybeShape): Shape {
  return settings.has('output_shape') ? settings.integers('output_shape') : [lastSize(query)];
}

/** Called with query, value and, where it is another one, key. */
const multiHeadAttention: LayerClass = {
  weights: (settings, [query, value, key = value]) => {
    const heads = settings.size('num_heads');
    const keys = [heads, settings.size('key_dim')];
    const values = [heads, settings.size('value_dim', settings.size('key_dim'))];
    const output = outputSizes(settings, query);
    return [
      ...projection(settings, 'query', 'query_dense', [lastSize(query), ...keys], keys),
      ...projection(settings, 'key', 'key_dense', [lastSize(key), ...keys], keys),
      ...projection(settings, 'value', 'value_dense', [lastSize(value), ...values], values),
      ...projection(settings, 'attention_output', 'output_dense', [...values, ...output], output),
    ];
  },
  output: (settings, [query]) => query && [...query.slice(0, -1), ...outputSizes(settings, query)],
  scores: (settings, [query, value]) => {
    if (query === undefined || value === undefined) return undefined;
    const all = query.slice(1, -1).map((_, i) => i + 1);
    const axes = settings.has('attention_axes') ? settings.integers('attention_axes') : all;
    const attended = axes.map((axis) => axisFrom(axis, query.length));
    const apart = query.slice(0, -1).filter((_, axis) => !attended.includes(axis));
    const sizes = (shape: Shape) => attended.map((axis) => shape[axis] ?? null);
    return [...apart, settings.size('num_heads'), ...sizes(query), ...sizes(value)];
  },
  refuse: (settings) =>
    settings.flag('use_gate', false) || settings.has('sliding_window')
      ? {
          reason: 'use_gate or sliding_window',
          remedy:
            'Build the layer without them, or say in a program what takes its place, with customLayers of readKeras.',
        }
      : undefined,
};

/** Called with a list of query, value and, where it is another one, key. */
const attention: LayerClass = {
  weights: (settings) => [
    ...(settings.flag('use_scale', false) ? [{ name: 'scale', shape: [] }] : []),
    ...(settings.text('score_mode', 'dot') === 'concat' ? [{ name: 'concat_score_weight', shape: [] }] : []),
  ],
  output: (_, [query, value]) => query && value && [...query.slice(0, -1), lastSize(value)],
  scores: (_, [query, value]) => query && value && [...query.slice(0, -1), value.at(-2) ?? null],
};

const additiveAttention: LayerClass = {
  ...attention,
  weights: (settings, [query]) =>
    settings.flag('use_scale', true) ? [{ name: 'scale', shape: [lastSize(query)] }] : [],
};

export const attentionClasses: ClassTable = {
  MultiHeadAttention: multiHeadAttention,
  Attention: attention,
  AdditiveAttention: additiveAttention,
};
