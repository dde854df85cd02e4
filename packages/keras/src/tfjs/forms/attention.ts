import type { JsonObject } from '../../model.js';
import { tensorsOf } from '../../network/call-tensors.js';
import { axesFrom, ours, unknownRank, type FormContext, type Rule, type RuleTable } from './form.js';

/** Settings that Keras gives with a call, and the masks that are inputs after the tensors. */
function callSettings(names: readonly string[], { call, areMasked }: FormContext): JsonObject {
  const flag = (name: string) => {
    const argument = call?.kwargs[name];
    return argument !== undefined && 'value' in argument && argument.value === true;
  };
  const pairs = call?.kwargs['attention_mask'] === undefined ? [] : ['pairs'];
  return {
    use_causal_mask: flag('use_causal_mask'),
    return_attention_scores: flag('return_attention_scores'),
    masks: [...names.filter((_, i) => areMasked[i]), ...pairs],
  };
}

const attention =
  (className: string): Rule =>
  (config, context) => {
    const { args = [], inputShapes = [] } = context.call ?? {};
    // Masks that are arguments come last.
    const shapes = inputShapes.slice(0, tensorsOf(args).length);
    if (shapes.some((shape) => shape !== undefined && shape.length !== 3))
      return 'inputs that are no sequences of vectors';
    const settings = callSettings(['query', 'value', 'key'], context);
    // The argument of the layer that Keras 2 had before there was one of the call.
    return ours(className, {
      ...config,
      ...settings,
      use_causal_mask: config['causal'] === true || settings['use_causal_mask'] === true,
    });
  };

const multiHeadAttention: Rule = (config, context) => {
  const { input, isKeras3, weights } = context;
  const { key_dim: keys, attention_axes: given = null, dropout = 0 } = config;
  const all = input?.slice(1, -1).map((_, i) => i + 1);
  const axes = given === null ? all : axesFrom(given, input);
  if (axes === undefined) return unknownRank;
  const settings = callSettings(['query', 'value', 'key'], context);
  // Keras 3 goes two ways: one for a single axis, without dropout and scores, the other for the rest.
  const isFast = dropout === 0 && settings['return_attention_scores'] !== true && input!.length === 3;
  return ours('MultiHeadAttention', {
    ...config,
    ...settings,
    value_dim: config['value_dim'] ?? keys!,
    attention_axes: axes,
    output_sizes: weights['attention_output/kernel']!.slice(2),
    empty_is_zero: isKeras3 && !isFast,
  });
};

export const attentionRules: RuleTable = {
  Attention: attention('Attention'),
  AdditiveAttention: attention('AdditiveAttention'),
  MultiHeadAttention: multiHeadAttention,
};
