import { sameShape, type ClassTable, type LayerClass } from './layer-class.js';

/** Slopes shaped like a sample, of size 1 along the axes that share them. */
const prelu: LayerClass = {
  ...sameShape,
  weights: (settings, [input]) => {
    const shared = settings.has('shared_axes') ? settings.integers('shared_axes') : [];
    const shape = input?.slice(1).map((size, i) => (shared.includes(i + 1) ? 1 : size));
    return [{ name: 'alpha', shape }];
  },
};

export const activationClasses: ClassTable = {
  Activation: sameShape,
  ReLU: sameShape,
  LeakyReLU: sameShape,
  ELU: sameShape,
  ThresholdedReLU: sameShape,
  Softmax: sameShape,
  PReLU: prelu,
};

/** What `hard_sigmoid` of Keras 2 is called in a model that computes as Keras 3 does, as models of TensorFlow.js may. */
export const olderHardSigmoid = 'keras2_hard_sigmoid';

/** GELU by a hyperbolic tangent, which has no name among activations of Keras. */
export const tanhGelu = 'tanh_gelu';

/** Functions of single values that are no activations of Keras, and what they are called where they stand as such. */
export const singleFunctions = {
  ...{ Sqrt: 'square_root', Rsqrt: 'rsqrt', Reciprocal: 'reciprocal' },
  ...{ Log: 'log', Log1p: 'log1p', Expm1: 'expm1', Erf: 'erf' },
  ...{ Sin: 'sin', Cos: 'cos', Arctan: 'arctan', Sinh: 'sinh', Cosh: 'cosh' },
  ...{ Sign: 'sign', Floor: 'floor', Ceil: 'ceil', Round: 'round' },
} as const;

/** Activations by name, as Keras 2 and 3 write them, and the name that is kept of those with two. */
const names: Readonly<Record<string, string>> = Object.fromEntries(
  'celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus tanh tanh_shrink threshold'
    .split(' ')
    .concat(olderHardSigmoid, tanhGelu, Object.values(singleFunctions))
    .map((name) => [name, name]),
);
const aliases: Readonly<Record<string, string>> = {
  swish: 'silu',
  hard_swish: 'hard_silu',
  // As TensorFlow.js has it.
  gelu_new: tanhGelu,
};

/** The name of an activation that Keras has; undefined for another. */
export function activationName(name: string): string | undefined {
  return names[aliases[name] ?? name];
}
