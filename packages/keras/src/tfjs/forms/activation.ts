import { olderHardSigmoid, singleFunctions, tanhGelu } from '../../layers/activation.js';
import type { JsonValue } from '../../model.js';
import {
  axesFrom,
  eachOf,
  ours,
  same,
  unknownRank,
  type FormContext,
  type Rule,
  type RuleTable,
} from './form.js';

/** TensorFlow.js has it over the last axis alone, and takes for its mask that of any layer which was computed before. */
const softmax: Rule = ({ name, axis = -1 }, { input, mask, hasMasks }) => {
  if (mask !== 'none') return 'a mask';
  if (axis === -1 && !hasMasks) return undefined;
  const axes = axesFrom(axis, input);
  if (axes === undefined) return unknownRank;
  const isLast = axes.length === 1 && axes[0] === input!.length - 1;
  return isLast && !hasMasks
    ? { config: { name: name!, axis: -1 } }
    : ours('Softmax', { name: name!, axis: axes });
};

export const activationRules: RuleTable = {
  ...eachOf('LeakyReLU PReLU ThresholdedReLU', same),
  Activation: ({ name, activation }) => (activation === 'glu' ? ours('GLU', { name: name! }) : undefined),
  ReLU: (config) => {
    const { negative_slope: slope = 0, threshold = 0 } = config;
    return slope === 0 && threshold === 0 ? undefined : ours('ReLU', config);
  },
  ELU: (config) => ((config['alpha'] ?? 1) === 1 ? undefined : ours('ELU', config)),
  Softmax: softmax,
};

/** Activations that TensorFlow.js computes as Keras does, by the names that it has for them. */
const activations: Readonly<Record<string, string>> = {
  elu: 'elu',
  gelu: 'gelu',
  hard_sigmoid: 'hardSigmoid',
  [olderHardSigmoid]: 'hardSigmoid',
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

/** `lowbitSquareRoot` of `square_root`. */
function ownName(name: string): string {
  return `lowbit_${name}`.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Activations that `@lowbit/tfjs` has, since TensorFlow.js lacks them. */
const ownActivations: Readonly<Record<string, string>> = {
  celu: 'lowbitCelu',
  exponential: 'lowbitExponential',
  hard_shrink: 'lowbitHardShrink',
  hard_silu: 'lowbitHardSilu',
  hard_tanh: 'lowbitHardTanh',
  leaky_relu: 'lowbitLeakyRelu',
  log_sigmoid: 'lowbitLogSigmoid',
  soft_shrink: 'lowbitSoftShrink',
  sparse_plus: 'lowbitSparsePlus',
  sparse_sigmoid: 'lowbitSparseSigmoid',
  sparsemax: 'lowbitSparsemax',
  squareplus: 'lowbitSquareplus',
  // TensorFlow.js has it under a name that it does not find again when it loads a model.
  [tanhGelu]: 'lowbitTanhGelu',
  tanh_shrink: 'lowbitTanhShrink',
  ...Object.fromEntries(Object.values(singleFunctions).map((name) => [name, ownName(name)])),
};

/** The name of an activation in TensorFlow.js, which computes as Keras does under it; undefined where none does. */
export function activationFor(value: JsonValue, { isKeras3 }: FormContext): string | undefined {
  if (typeof value !== 'string') return undefined;
  // Keras 3 computes relu6(x + 3) / 6, everything before clip(0.2 x + 0.5, 0, 1), as TensorFlow.js does.
  if (value === 'hard_sigmoid' && isKeras3) return 'lowbitHardSigmoid';
  return Object.hasOwn(activations, value) ? activations[value] : ownActivations[value];
}
