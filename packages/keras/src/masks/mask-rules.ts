import { axisFrom } from '../layers/layer-class.js';
import { recurrentLayers } from '../layers/recurrent.js';
import type { JsonObject, KerasCall, KerasLayer, KerasNetwork, TensorReference } from '../model.js';
import { tensorsOf } from '../network/call-tensors.js';

/** A mask, as the layer that makes it of tensors and other masks: 1 for what counts, 0 for what is left out. */
export interface Mask {
  readonly name: string;
  readonly config: JsonObject;
  readonly from: readonly (TensorReference | Mask)[];
  /** Whether TensorFlow.js brings along the same one by itself to where it is used. */
  readonly isBrought: boolean;
  /** The network has the layer already. */
  readonly isLayer?: true;
}

/** A mask that Keras has, or one that is out of reach, since it covers a part of the steps alone. */
export type Found = Mask | 'lost' | undefined;

/** Makes a mask of its own name. */
export type MakeMask = (config: JsonObject, from: Mask['from'], isBrought: boolean) => Mask;

export const attentions = ['Attention', 'AdditiveAttention', 'MultiHeadAttention'];
const idle =
  'Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D GaussianDropout GaussianNoise AlphaDropout ActivityRegularization Identity';
/** Behind these a mask is the same as before, also where TensorFlow.js takes it there. */
const brought = ['Dense', 'Activation', ...idle.split(' ')];
/** Behind these a mask is the same as before. */
const passing = [
  ...brought,
  ...'ELU LeakyReLU PReLU ReLU Softmax ThresholdedReLU BatchNormalization LayerNormalization GroupNormalization UnitNormalization'.split(
    ' ',
  ),
  ...'Rescaling Normalization TimeDistributed QuantizedInput'.split(' '),
];
const merges = ['Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum'];

/** What makes one tensor of several, with a mask of theirs behind it. */
export const mergeClasses: readonly string[] = [...merges, 'Concatenate'];

/** Whether TensorFlow.js computes a recurrent layer as Keras does, also with a mask. */
export function isPlainRecurrent({ className, config }: Pick<KerasLayer, 'className' | 'config'>): boolean {
  return (
    ['LSTM', 'GRU', 'SimpleRNN'].includes(className) &&
    config['reset_after'] !== true &&
    config['zero_output_for_mask'] !== true
  );
}

/** Whether a layer makes a mask. */
export const masksBeginAt = ({ className, config }: KerasLayer): boolean =>
  className === 'Masking' || (className === 'Embedding' && config['mask_zero'] === true);

/** Whether a layer gives the last of the steps alone, which masks end at. */
export const recurrentEnds = (layer: KerasLayer): boolean =>
  recurrentLayers.includes(layer.className) && !passesOn(layer);

/** Whether masks begin anywhere in a network. */
export function hasMasks({ layers }: KerasNetwork): boolean {
  return layers.some(
    (layer) => masksBeginAt(layer) || (layer.network !== undefined && hasMasks(layer.network)),
  );
}

/** The masks of what a call gives. */
export function masksBehind(
  { layer, args, inputShapes }: KerasCall,
  given: readonly Found[],
  { make, isKeras3 }: { make: MakeMask; isKeras3: boolean },
): readonly Found[] {
  const { className, config } = layer;
  const [first] = given;
  const [source] = tensorsOf(args);
  if (className === 'Embedding' && config['mask_zero'] === true)
    return [make({ kind: 'differs', value: 0, over_last: false }, [source!], true)];
  if (className === 'Masking')
    return [make({ kind: 'differs', value: config['mask_value'] ?? 0, over_last: true }, [source!], true)];
  if (first === 'lost' || given.includes('lost')) return passesOn(layer) ? ['lost'] : [];
  const masks = given as readonly (Mask | undefined)[];
  if (merges.includes(className)) return [merged(masks, isKeras3, make)];
  if (className === 'Concatenate') {
    const axis = axisFrom(Number(config['axis'] ?? -1), inputShapes[0]?.length ?? 3);
    return [joined(masks, axis, isKeras3, make)];
  }
  if (!passesOn(layer) || masks[0] === undefined) return [];
  const isBrought = masks[0].isBrought && (brought.includes(className) || isPlainRecurrent(layer));
  return Array<Mask>(config['merge_mode'] === null ? 2 : 1).fill({ ...masks[0], isBrought });
}

function passesOn({ className, config, parts }: KerasLayer): boolean {
  if (!recurrentLayers.includes(className))
    return [...passing, ...mergeClasses, ...attentions].includes(className);
  return (parts['forward_layer']?.config ?? config)['return_sequences'] === true;
}

/** Keras 3 keeps what any of the inputs keeps where all have masks, and Keras 2 what all that have masks keep. */
function merged(masks: readonly (Mask | undefined)[], isKeras3: boolean, make: MakeMask): Mask | undefined {
  const present = masks.filter((mask) => mask !== undefined);
  if (present.length === 0 || (isKeras3 && present.length < masks.length)) return undefined;
  return make({ kind: isKeras3 ? 'any' : 'all' }, present, false);
}

/** Along the steps masks are joined as the inputs are; along features Keras 3 keeps what any of them keeps, and Keras 2 what all keep. */
function joined(
  masks: readonly (Mask | undefined)[],
  axis: number,
  isKeras3: boolean,
  make: MakeMask,
): Found {
  const present = masks.filter((mask) => mask !== undefined);
  if (present.length === 0) return undefined;
  if (axis !== 1) return merged(masks, isKeras3, make);
  return present.length === masks.length ? make({ kind: 'join' }, present, false) : 'lost';
}
