import type { JsonObject, JsonValue } from '../model.js';
import { olderHardSigmoid } from '../layers/activation.js';
import { isObject } from '../topology/raw-layer.js';
import { refuseLeakedMasks } from './leaked-masks.js';
import { isConverted, isOfTfjs, plainMeaning } from './plain-tfjs.js';

/** A topology of TensorFlow.js in the words of Keras. */
export interface KerasWords {
  readonly topology: JsonValue;
  /** The version of Keras whose functions those of equal names are, where the topology tells it. */
  readonly version?: string;
}

/** Brackets of a topology beyond which nothing is a layer. */
const deepest = 400;

/**
 * What TensorFlow.js and layers of `@lowbit/tfjs` call otherwise: classes whose names begin with `Lowbit`, activations. Where anything computes as
 * in Keras 3 alone, the version is that, and `hard_sigmoid` of TensorFlow.js, which is that of Keras 2, has a name of its own.
 */
export function inKerasWords(topology: JsonValue): KerasWords {
  if (isOfTfjs(topology)) refuseLeakedMasks(topology, deepest);
  const isKeras3 = isOfKeras3(topology, 0);
  const reading = { isKeras3, isTfjs: isOfTfjs(topology), isConverted: isConverted(topology) };
  return { topology: translated(topology, reading, 0), ...(isKeras3 && { version: '3' }) };
}

/** Merges of ours that leave out what is masked, as those of Keras 3 do of which they are. */
const leavingOut: ReadonlyMap<string, string> = new Map(
  ['Multiply', 'Maximum', 'Minimum'].map((name) => [`LowbitMasked${name}`, name]),
);
/** Where TensorFlow.js heeds no masks. */
const unheeding: readonly string[] = ['GlobalAveragePooling1D', ...leavingOut.values()];

/** How words are to be understood. */
interface Reading {
  /** Whether functions that Keras 3 has changed are those of Keras 3. */
  readonly isKeras3: boolean;
  /** Whether plain layers mean what TensorFlow.js computes. */
  readonly isTfjs: boolean;
  /** Whether layers mean what Keras computes, with masks of which TensorFlow.js knows nothing. */
  readonly isConverted: boolean;
}

/** Whether a topology has what computes otherwise in Keras 2, under the name that it has there. */
function isOfKeras3(value: JsonValue, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth > deepest) return false;
  return Object.entries(value).some(
    ([key, member]: [string, JsonValue]) =>
      (key.endsWith('activation') &&
        typeof member === 'string' &&
        snakeCase(member) === 'lowbit_hard_sigmoid') ||
      (key === 'empty_is_zero' && member === true) ||
      (key === 'class_name' && leavingOut.has(String(member))) ||
      isOfKeras3(member, depth + 1),
  );
}

function translated(value: JsonValue, reading: Reading, depth: number): JsonValue {
  if (typeof value !== 'object' || value === null || depth > deepest) return value;
  if (Array.isArray(value)) return value.map((each: JsonValue) => translated(each, reading, depth + 1));
  const members = Object.entries(value as JsonObject).map(([key, member]) => {
    const isActivation = key.endsWith('activation') && typeof member === 'string';
    const word = isActivation ? activationWord(member, reading) : translated(member, reading, depth + 1);
    return [key, word] as const;
  });
  const words = Object.fromEntries(members);
  return layerWords(reading.isTfjs ? plainMeaning(words) : words, reading);
}

/** `hardSigmoid` and `lowbitHardSilu` are `hard_sigmoid` and `hard_silu`. */
function activationWord(name: string, { isKeras3 }: Reading): string {
  const word = snakeCase(name);
  if (isKeras3 && word === 'hard_sigmoid') return olderHardSigmoid;
  return word.replace(/^lowbit_/, '');
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function layerWords(value: JsonObject, reading: Reading): JsonObject {
  const { class_name: className, config } = value;
  if (!reading.isConverted && unheeding.includes(String(className))) return withMasks(value, [false]);
  if (typeof className !== 'string' || !isObject(config)) return value;
  if (className === 'Reshape') return { ...value, config: reshapeWords(config) };
  if (!className.startsWith('Lowbit')) return value;
  switch (className) {
    case 'LowbitGLU':
      return { ...value, class_name: 'Activation', config: { ...config, activation: 'glu' } };
    case 'LowbitMaskedAverage':
      return withMasks({ ...value, class_name: 'GlobalAveragePooling1D' }, [true]);
    case 'LowbitMaskedMultiply':
    case 'LowbitMaskedMaximum':
    case 'LowbitMaskedMinimum':
      return withMasks(
        { ...value, class_name: leavingOut.get(className)! },
        (config['are_masked'] ?? []) as boolean[],
      );
    case 'LowbitBidirectional': {
      const words = { ...value, class_name: 'Bidirectional', config: bidirectionalWords(config) };
      return withMasks(words, [config['masked'] === true]);
    }
    case 'LowbitLSTM':
    case 'LowbitGRU':
    case 'LowbitSimpleRNN':
    case 'LowbitRNN':
      return withMasks({ ...value, class_name: className.slice('Lowbit'.length) }, [
        config['masked'] === true,
      ]);
    case 'LowbitAttention':
    case 'LowbitAdditiveAttention':
    case 'LowbitMultiHeadAttention':
      return attentionWords(className.slice('Lowbit'.length), value, config);
    case 'LowbitEinsumDense':
      return { ...value, class_name: 'EinsumDense', config: { ...config, ...einsumWords(config) } };
    default:
      return { ...value, class_name: className.slice('Lowbit'.length), is_of_lowbit: true };
  }
}

/** The size that is what is left: nothing in TensorFlow.js, −1 in Keras. */
function reshapeWords({ target_shape: target, ...config }: JsonObject): JsonObject {
  const sizes = Array.isArray(target)
    ? (target as readonly JsonValue[]).map((size) => size ?? -1)
    : (target ?? null);
  return { ...config, target_shape: sizes };
}

/** The sizes of an EinsumDense where Keras has them: those of its output, and the axes along which its bias differs. */
function einsumWords({
  equation,
  kernel_shape: kernel,
  bias_shape: bias,
  bias_axes: axes,
}: JsonObject): JsonObject {
  const [, kernelLetters = '', outputLetters = ''] = String(equation).split(/,|->/);
  const output = [...outputLetters.replaceAll('.', '')];
  const sizes = Array.isArray(kernel) ? (kernel as readonly JsonValue[]) : [];
  const shifts = Array.isArray(bias) ? (bias as readonly JsonValue[]) : [];
  const shifted = output.slice(output.length - shifts.length).filter((_, i) => i === 0 || shifts[i] !== 1);
  // Keras takes the first axis for the batch, unless dots stand for it.
  const told = outputLetters.startsWith('.') ? output : output.slice(1);
  return {
    output_shape: told.map((letter) => sizes[kernelLetters.indexOf(letter)] ?? null),
    bias_axes: shifts.length === 0 ? null : axes || shifted.join(''),
  };
}

function bidirectionalWords({
  forward_layer: layer = null,
  merge_mode: mode = 'concat',
  ...config
}: JsonObject): JsonObject {
  const inside = isObject(layer) && isObject(layer['config']) ? layer['config'] : {};
  return {
    ...config,
    layer,
    merge_mode: mode === 'none' ? null : mode,
    ...(inside['zero_output_for_mask'] === false && { zero_output_for_mask: false }),
  };
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
  const names = Array.isArray(masks) ? (masks as readonly JsonValue[]) : [];
  const nodes = nodesOf(value).map((node) => {
    const [first, ...others] = names.includes('pairs') ? node.slice(0, -1) : node;
    const pairs = names.includes('pairs') ? { attention_mask: node.at(-1)!.slice(0, 3) } : {};
    return first === undefined ? node : [[...first.slice(0, 3), { ...flags, ...pairs }], ...others];
  });
  const output = sizes === undefined ? {} : { output_shape: sizes };
  const words = {
    ...value,
    class_name: className,
    config: { ...settings, ...output },
    inbound_nodes: nodes,
  };
  return withMasks(
    words,
    ['query', 'value', 'key'].map((name) => names.includes(name)),
  );
}

/** `[layer, call, output, arguments by name]` for each tensor of each call. */
type Node = readonly (readonly JsonValue[])[];

function nodesOf({ inbound_nodes: nodes }: JsonObject): readonly Node[] {
  return Array.isArray(nodes) ? (nodes as readonly Node[]) : [];
}

/**
 * A layer whose last inputs are masks, with these as an argument by name as in Keras. Without any it is said that there are none, whatever
 * Keras would bring along.
 *
 * @param areMasked Which of the other inputs have one.
 */
function withMasks(value: JsonObject, areMasked: readonly boolean[]): JsonObject {
  const count = areMasked.filter((isMasked) => isMasked).length;
  const nodes = nodesOf(value).map((node) => {
    const masks = node.slice(node.length - count).map((reference) => reference.slice(0, 3));
    const [first, ...others] = node.slice(0, node.length - count);
    if (first === undefined) return node;
    const mask = count === 0 ? false : areMasked.map((isMasked) => (isMasked ? masks.shift()! : false));
    const given = isObject(first[3]) ? first[3] : {};
    return [[...first.slice(0, 3), { ...given, mask }], ...others];
  });
  if (value['inbound_nodes'] !== undefined) return { ...value, inbound_nodes: nodes };
  // Layers that follow each other have no nodes to say it in.
  return count === 0 ? { ...value, inbound_nodes: [[['', 0, 0, { mask: false }]]] } : value;
}
