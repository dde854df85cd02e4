import { axisFrom } from '../layers/layer-class.js';
import { recurrentLayers } from '../layers/recurrent.js';
import { idleLayers } from '../layers/shaping.js';
import type { JsonObject, KerasCall, KerasLayer, KerasNetwork, TensorReference } from '../model.js';
import { tensorsOf } from '../network/call-tensors.js';
import { carriesMask } from './carrying-layers.js';
import type { MaskRules } from './rules-of-version.js';

/** A mask, as the layer that makes it of tensors and other masks: 1 for what counts, 0 for what is left out. */
export interface Mask {
  readonly name: string;
  readonly config: JsonObject;
  readonly from: readonly (TensorReference | Mask)[];
  /** Whether TensorFlow.js brings along the same one by itself to where it is used. */
  readonly isBrought: boolean;
  /** How many axes it has, where they are not those of batch and steps alone. */
  readonly axes?: number;
  /** The network has the layer already. */
  readonly isLayer?: true;
}

/** The mask of a tensor, where it has one. */
export type Found = Mask | undefined;

/** Makes a mask of its own name. */
export type MakeMask = (config: JsonObject, from: Mask['from'], isBrought: boolean) => Mask;

/** Attentions that are called with a list of tensors. */
const listed = ['Attention', 'AdditiveAttention'];
export const attentions: readonly string[] = [...listed, 'MultiHeadAttention'];
/** Layers that TensorFlow.js takes a mask along, where Keras does. */
const brought = ['Dense', 'Activation', ...idleLayers.split(' ')];
/** Merges that leave out what is masked, in versions that do. */
export const leavingOut: readonly string[] = ['Multiply', 'Maximum', 'Minimum'];
const merges = ['Add', 'Subtract', 'Average', ...leavingOut];

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
  recurrentLayers.includes(layer.className) && !givesSteps(layer);

/** Whether masks begin anywhere in a network. */
export function hasMasks({ layers }: KerasNetwork): boolean {
  return layers.some(
    (layer) => masksBeginAt(layer) || (layer.network !== undefined && hasMasks(layer.network)),
  );
}

/** The masks that a call is given, and those that its inputs carry, whatever its arguments say. */
export interface GivenMasks {
  readonly given: readonly Found[];
  readonly carried: readonly Found[];
}

/** The masks of what a call gives. */
export function masksBehind(
  call: KerasCall,
  { given, carried }: GivenMasks,
  { make, rules }: { readonly make: MakeMask; readonly rules: MaskRules },
): readonly Found[] {
  const { layer, args } = call;
  const { className, config } = layer;
  const [source] = tensorsOf(args);
  const rank = call.inputShapes[0]?.length;
  if (className === 'Embedding' && config['mask_zero'] === true)
    return [withAxes(make({ kind: 'differs', value: 0, over_last: false }, [source!], true), rank)];
  if (className === 'Masking')
    return [
      withAxes(
        make({ kind: 'differs', value: config['mask_value'] ?? 0, over_last: true }, [source!], true),
        rank && rank - 1,
      ),
    ];
  if (mergeClasses.includes(className)) return [behindMerge(call, given, rules, make)];
  const [first] = rules.keepsArgument ? given : carried;
  const endsAtLists = rules.behindLists === 'none' && listed.includes(className);
  if (!passesOn(layer, rules) || endsAtLists || first === undefined) return [];
  const isBrought = first.isBrought && (brought.includes(className) || isPlainRecurrent(layer));
  return Array<Mask>(config['merge_mode'] === null ? 2 : 1).fill({ ...first, isBrought });
}

function withAxes(mask: Mask, axes: number | undefined): Mask {
  return axes === undefined || axes === 2 ? mask : { ...mask, axes };
}

function passesOn(layer: KerasLayer, { isKeras3 }: MaskRules): boolean {
  const { className } = layer;
  if (recurrentLayers.includes(className)) return givesSteps(layer);
  return attentions.includes(className) || carriesMask(className, isKeras3);
}

/** Whether a recurrent layer gives all of its steps. */
function givesSteps({ config, parts }: KerasLayer): boolean {
  return (parts['forward_layer']?.config ?? config)['return_sequences'] === true;
}

function behindMerge(
  { layer, args, inputShapes }: KerasCall,
  masks: readonly Found[],
  { behindLists }: MaskRules,
  make: MakeMask,
): Found {
  const present = masks.filter((mask) => mask !== undefined);
  if (behindLists === 'none' || present.length === 0) return undefined;
  const axis = axisFrom(Number(layer.config['axis'] ?? -1), inputShapes[0]?.length ?? 3);
  if (layer.className === 'Concatenate' && axis === 1) {
    // Along the steps masks are joined as the inputs are, of which all steps count where there is none.
    const inputs = tensorsOf(args);
    const whole = masks.map((mask, i) => mask ?? make({ kind: 'every' }, [inputs[i]!], false));
    return withAxes(make({ kind: 'join' }, whole, false), present[0]!.axes);
  }
  if (behindLists === 'any' && present.length < masks.length) return undefined;
  return withAxes(make({ kind: behindLists }, present, false), present[0]!.axes);
}
