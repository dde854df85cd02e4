import { ours, same, type Rule, type RuleTable } from './form.js';

/** In small letters, which is all that TensorFlow.js leaves of a text when it saves a model. */
const einsumDense: Rule = ({ name, equation, activation, bias_axes: axes }, { weights }) => {
  const letters = [...new Set(String(equation).match(/[a-z]/gi))];
  const small = (text: string) =>
    text.replace(/[a-z]/gi, (letter) => String.fromCharCode('a'.charCodeAt(0) + letters.indexOf(letter)));
  // Axes behind the letters have places in the bias too, of which its shape alone does not tell how many they are.
  const isTold = /^[a-z]+\.\.\./i.test(String(equation)) && typeof axes === 'string';
  return ours('EinsumDense', {
    name: name!,
    equation: small(String(equation)),
    activation: activation ?? 'linear',
    kernel_shape: weights['kernel']!,
    bias_shape: weights['bias'] ?? [],
    ...(isTold && { bias_axes: small(axes) }),
  });
};

/** TensorFlow.js has tensors of two types of numbers, and takes samples that are single numbers for vectors of one. */
const input: Rule = (config) => {
  const { batch_input_shape: shape, dtype } = config;
  if (Array.isArray(shape) && shape.length === 1) return 'samples that are single numbers, of shape ()';
  if (/^u?int\d+$/.test(String(dtype))) return { config: { ...config, dtype: 'int32' } };
  return /^b?float\d+$/.test(String(dtype)) ? { config: { ...config, dtype: 'float32' } } : undefined;
};

/** TensorFlow.js adds biases to tensors of five axes at most. */
const dense: Rule = (config, { input: shape, weights }) => {
  if (shape === undefined || shape.length <= 5) return undefined;
  const { name, activation } = config;
  return ours('EinsumDense', {
    name: name!,
    equation: '...a,ab->...b',
    activation: activation ?? 'linear',
    kernel_shape: weights['kernel']!,
    bias_shape: weights['bias'] ?? [],
  });
};

export const linearRules: RuleTable = {
  InputLayer: input,
  Dense: dense,
  Embedding: same,
  EinsumDense: einsumDense,
};
