import { quantizedInputClass } from '../quantized-input.js';
import { layerClass } from '../layers/classes.js';
import { layersAsActivations } from '../topology/config.js';
import type { JsonObject, JsonValue, KerasLayer } from '../model.js';
import { activationFor, activationRules } from './forms/activation.js';
import { attentionRules } from './forms/attention.js';
import { convolutionRules } from './forms/convolution.js';
import { ours, type FormContext, type RuleTable } from './forms/form.js';
import { linearRules } from './forms/linear.js';
import { mergeRules } from './forms/merge.js';
import { normalizationRules } from './forms/normalization.js';
import { poolingRules } from './forms/pooling.js';
import { recurrentRules } from './forms/recurrent.js';
import { shapingRules } from './forms/shaping.js';
import { tensorFunctionRules } from './forms/tensor-function.js';

/** How TensorFlow.js computes the same as a layer, or why it cannot. */
export type LayerForm =
  | { readonly className: string; readonly config: JsonObject }
  | { readonly refused: string; readonly remedy: string };

const remedy =
  'Build the model without it, or say in a program what takes its place, with customLayers of readKeras.';

const rules: RuleTable = {
  ...linearRules,
  ...convolutionRules,
  ...poolingRules,
  ...normalizationRules,
  ...activationRules,
  ...mergeRules,
  ...attentionRules,
  ...recurrentRules,
  ...shapingRules,
  ...tensorFunctionRules,
  [quantizedInputClass]: (config) => ours(quantizedInputClass, config),
};

/** The layer of TensorFlow.js that computes what a layer of Keras does. Layers inside it are looked at by themselves. */
export function layerForm(layer: KerasLayer, context: FormContext): LayerForm {
  const { className, config, name } = layer;
  const named = { ...config, name };
  const rule = Object.hasOwn(rules, className) ? rules[className]! : undefined;
  // What neither has can only be what a hook named: a class of the user's, which is to be registered with TensorFlow.js.
  if (rule === undefined && layerClass(className) === undefined) return { className, config: named };
  if (rule === undefined) return { refused: `${className}, which TensorFlow.js does not have`, remedy };
  const outcome = rule(named, context);
  if (typeof outcome === 'string')
    return {
      refused: `${className} with ${outcome}, which TensorFlow.js computes otherwise or not at all`,
      remedy,
    };
  const result: Record<string, JsonValue> = { ...(outcome?.config ?? named) };
  for (const key of ['activation', 'recurrent_activation']) {
    const value = result[key];
    if (value === undefined) continue;
    const written = activationFor(value, context);
    if (written === undefined)
      return {
        refused: `${className} with the activation ${wordFor(value)}, which TensorFlow.js computes otherwise or not at all`,
        remedy,
      };
    result[key] = written;
  }
  return { className: outcome?.className ?? className, config: result };
}

function wordFor(value: JsonValue): string {
  return typeof value === 'string' ? value : `of a layer (${layersAsActivations.join(', ')})`;
}
