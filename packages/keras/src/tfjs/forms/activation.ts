import type { JsonValue } from '../../model.js';
import { eachOf, same, type FormContext, type RuleTable } from './form.js';
import { overLast } from './normalization.js';

export const activationRules: RuleTable = {
  ...eachOf('Activation LeakyReLU PReLU ThresholdedReLU', same),
  ReLU: ({ negative_slope: slope = 0, threshold = 0 }) =>
    slope === 0 && threshold === 0 ? undefined : 'a slope or a threshold',
  ELU: ({ alpha = 1 }) => (alpha === 1 ? undefined : `alpha=${String(alpha)}`),
  Softmax: overLast,
};

/** Activations that TensorFlow.js computes as Keras does, by the names that it has for them. */
const activations: Readonly<Record<string, string>> = {
  elu: 'elu',
  gelu: 'gelu',
  hard_sigmoid: 'hardSigmoid',
  linear: 'linear',
  log_softmax: 'logSoftmax',
  mish: 'mish',
  relu: 'relu',
  relu6: 'relu6',
  selu: 'selu',
  sigmoid: 'sigmoid',
  silu: 'swish',
  softmax: 'softmax',
  softplus: 'softplus',
  softsign: 'softsign',
  tanh: 'tanh',
};

/** The name of an activation in TensorFlow.js, which computes as Keras does under it; undefined where none does. */
export function activationFor(value: JsonValue, { isKeras3 }: FormContext): string | undefined {
  if (typeof value !== 'string' || !Object.hasOwn(activations, value)) return undefined;
  // Keras 3 computes relu6(x + 3) / 6, everything before clip(0.2 x + 0.5, 0, 1), as TensorFlow.js does.
  return value === 'hard_sigmoid' && isKeras3 ? undefined : activations[value];
}
