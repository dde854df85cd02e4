import { unsupported } from '../errors.js';
import type { JsonObject, JsonValue } from '../model.js';
import { isObject } from '../topology/raw-layer.js';

/** A topology of TensorFlow.js in the words of Keras. */
export interface KerasWords {
  readonly topology: JsonValue;
  /** The version of Keras whose functions those of equal names are, where the topology tells it. */
  readonly version?: string;
}

/** Brackets of a topology beyond which nothing is a layer. */
const deepest = 400;

/**
 * What TensorFlow.js and layers of `@lowbit/tfjs` call otherwise: classes whose names begin with `Lowbit`, activations.
 *
 * @throws LowbitError `layer-unsupported` for a model that has `hard_sigmoid` of Keras 2 and that of Keras 3, which are one name.
 */
export function inKerasWords(topology: JsonValue, where: string): KerasWords {
  const used = new Set<string>();
  const words = translated(topology, used, 0);
  if (!used.has('lowbit_hard_sigmoid')) return { topology: words };
  if (used.has('hard_sigmoid'))
    throw unsupported(
      where,
      'hard_sigmoid as Keras 2 computes it, beside that of Keras 3',
      'Use one of them in the whole model.',
    );
  return { topology: words, version: '3' };
}

function translated(value: JsonValue, used: Set<string>, depth: number): JsonValue {
  if (typeof value !== 'object' || value === null || depth > deepest) return value;
  if (Array.isArray(value)) return value.map((each: JsonValue) => translated(each, used, depth + 1));
  const members = Object.entries(value as JsonObject).map(([key, member]) => {
    const isActivation = key.endsWith('activation') && typeof member === 'string';
    return [key, isActivation ? activationWord(member, used) : translated(member, used, depth + 1)] as const;
  });
  return layerWords(Object.fromEntries(members));
}

/** `hardSigmoid` and `lowbitHardSilu` are `hard_sigmoid` and `hard_silu`. */
function activationWord(name: string, used: Set<string>): string {
  const word = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  used.add(word);
  return word.replace(/^lowbit_/, '');
}

function layerWords(value: JsonObject): JsonObject {
  const { class_name: className, config } = value;
  if (typeof className !== 'string' || !className.startsWith('Lowbit') || !isObject(config)) return value;
  switch (className) {
    case 'LowbitGLU':
      return { ...value, class_name: 'Activation', config: { ...config, activation: 'glu' } };
    case 'LowbitMask':
      throw unsupported(
        String(config['name']),
        'a mask that is an input of layers',
        'Read the file of Keras that the model was made from: readKeras(file).',
      );
    case 'LowbitBidirectional':
      return { ...value, class_name: 'Bidirectional', config: bidirectionalWords(config) };
    case 'LowbitAttention':
    case 'LowbitAdditiveAttention':
    case 'LowbitMultiHeadAttention':
      return attentionWords(className.slice('Lowbit'.length), value, config);
    case 'LowbitEinsumDense':
      return { ...value, class_name: 'EinsumDense', config: { ...config, ...einsumWords(config) } };
    default:
      return { ...value, class_name: className.slice('Lowbit'.length) };
  }
}

/** The sizes of an EinsumDense where Keras has them: those of its output, and the axes along which its bias differs. */
function einsumWords({ equation, kernel_shape: kernel, bias_shape: bias }: JsonObject): JsonObject {
  const [, kernelLetters = '', outputLetters = ''] = String(equation).split(/,|->/);
  const output = [...outputLetters.replaceAll('.', '')];
  const sizes = Array.isArray(kernel) ? (kernel as readonly JsonValue[]) : [];
  const shifts = Array.isArray(bias) ? (bias as readonly JsonValue[]) : [];
  const shifted = output.slice(output.length - shifts.length).filter((_, i) => i === 0 || shifts[i] !== 1);
  return {
    output_shape: output.map((letter) => sizes[kernelLetters.indexOf(letter)] ?? null),
    bias_axes: shifts.length === 0 ? null : shifted.join(''),
  };
}

function bidirectionalWords({
  forward_layer: layer = null,
  merge_mode: mode = 'concat',
  ...config
}: JsonObject): JsonObject {
  return { ...config, layer, merge_mode: mode === 'none' ? null : mode };
}

/** What stands in the configuration and Keras gives with a call, with it again; a mask of pairs is the last input. */
function attentionWords(className: string, value: JsonObject, config: JsonObject): JsonObject {
  const {
    use_causal_mask: isCausal,
    return_attention_scores: givesScores,
    output_sizes: sizes,
    masks,
    ...settings
  } = config;
  const flags = {
    ...(isCausal === true && { use_causal_mask: true }),
    ...(givesScores === true && { return_attention_scores: true }),
  };
  const hasPairs = Array.isArray(masks) && masks.includes('pairs');
  const nodes = (
    Array.isArray(value['inbound_nodes']) ? value['inbound_nodes'] : []
  ) as readonly JsonValue[][][];
  const withArguments = nodes.map((node) => {
    const [first, ...others] = hasPairs ? node.slice(0, -1) : node;
    const pairs = hasPairs ? { attention_mask: node.at(-1)!.slice(0, 3) } : {};
    return first === undefined ? node : [[...first.slice(0, 3), { ...flags, ...pairs }], ...others];
  });
  const output = sizes === undefined ? {} : { output_shape: sizes };
  return {
    ...value,
    class_name: className,
    config: { ...settings, ...output },
    inbound_nodes: withArguments,
  };
}
