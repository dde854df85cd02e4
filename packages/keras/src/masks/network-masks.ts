import { recurrentLayers } from '../layers/recurrent.js';
import type { JsonObject, KerasCall, KerasLayer, KerasNetwork, Shape, TensorReference } from '../model.js';
import { safeName } from '../network/layer-names.js';
import { tensorKey, tensorsOf } from '../network/call-tensors.js';
import type { Uses } from '../network/inlined.js';
import {
  attentions,
  type Found,
  type GivenMasks,
  isPlainRecurrent,
  leavingOut,
  type MakeMask,
  type Mask,
  masksBehind,
} from './mask-rules.js';
import { partlyMasked } from './partly-masked.js';
import type { MaskRules } from './rules-of-version.js';

/** How a layer comes by the masks of its inputs. */
export interface MaskUse {
  readonly kind: 'none' | 'brought' | 'input';
  /** Of each input; undefined for one that has none. */
  readonly masks: readonly Found[];
}

/** The masks in a network. */
export interface Masks {
  /** For a layer that heeds masks; the others have none. */
  useOf(call: KerasCall): MaskUse;
  /** Whether TensorFlow.js is to give a merge no masks, since it cannot work with those of some inputs alone. */
  isPartly(call: KerasCall): boolean;
}

/**
 * The masks of a network's calls, by the rules of the version of Keras that made it. TensorFlow.js gives a layer the mask of its first input alone,
 * gives it to layers further on that have none as well, and none to models inside.
 *
 * @param uses How models were used that are inlined.
 */
export function masksOf(network: KerasNetwork, rules: MaskRules, uses: Uses): Masks {
  let count = 0;
  const own = new Map(network.layers.map((layer) => [layer.name, layer]));
  const make = (config: JsonObject, from: Mask['from'], isBrought: boolean): Mask => {
    const source = from.map((each) => ('layer' in each ? own.get(each.layer) : undefined)).at(-1);
    if (config['kind'] === 'given' && source?.className === 'Mask')
      return { name: source.name, config: source.config, from, isBrought, isLayer: true };
    const nameOf = (number: number) => `${safeName(network.name)}_mask_${number}`;
    while (own.has(nameOf(count))) count++;
    const name = nameOf(count++);
    return { name, config: { ...config, name }, from, isBrought };
  };
  const context = { make, rules, uses };
  const { given: written, found } = givenToCalls(network, context);
  // Keras 3 writes down which masks layers have that take one, within a model; those that take several look for theirs when the model is run.
  const { given: carried } = rules.isKeras3
    ? givenToCalls(network, { ...context, written: found })
    : { given: written };
  const given = (call: KerasCall) => {
    const looked = carried.get(call)!;
    return takesSeveral(call.layer) ? looked : written.get(call)!.map((mask, i) => mask ?? looked[i]);
  };
  const partly = partlyMasked(network, given);
  return { useOf: (call) => useOf(call, given(call), rules), isPartly: (call) => partly.has(call) };
}

/** Whether a layer takes a mask for each of its inputs. */
function takesSeveral({ className }: KerasLayer): boolean {
  return [...attentions, ...leavingOut].includes(className);
}

interface Giving {
  readonly make: MakeMask;
  readonly rules: MaskRules;
  readonly uses: Uses;
  /** The masks that are written down. With them those are found that tensors carry when the model is run. */
  readonly written?: FoundMasks;
}

/** The masks of tensors, each with the use of a model that made it. */
type FoundMasks = ReadonlyMap<string, { readonly mask: Found; readonly owner: number | undefined }>;

/** The masks of the inputs of all calls, and those of all tensors. */
function givenToCalls(
  { calls }: KerasNetwork,
  { make, rules, uses: { owners, uses }, written }: Giving,
): { readonly given: ReadonlyMap<KerasCall, readonly Found[]>; readonly found: FoundMasks } {
  const isCarried = written !== undefined;
  const found = new Map<string, { readonly mask: Found; readonly owner: number | undefined }>();
  const all = new Map<KerasCall, readonly Found[]>();
  const begun = new Set<number>();
  // A model that is called gives its inputs the masks that are written down for it, though they were taken off before.
  const begin = (use: number | undefined): void => {
    if (use === undefined || begun.has(use)) return;
    const { owner, given } = uses[use]!;
    begin(owner);
    begun.add(use);
    for (const key of given.map(tensorKey)) {
      const own = written?.get(key);
      if (own?.mask !== undefined && own.owner === owner) found.set(key, own);
    }
  };
  for (const call of calls) {
    const owner = owners.get(call);
    begin(owner);
    const masks = givenMasks(
      call,
      (tensor) => {
        const own = found.get(tensorKey(tensor));
        return isCarried || !rules.isKeras3 || own?.owner === owner ? own?.mask : undefined;
      },
      make,
    );
    all.set(call, masks.given);
    const outputs = masksBehind(call, masks, { make, rules });
    // When the model is run it takes the masks off its inputs, for all that see them later.
    if (isCarried && rules.takesOff && call.layer.className === 'MultiHeadAttention')
      for (const input of tensorsOf(call.args)) found.delete(tensorKey(input));
    outputs.forEach((mask, i) =>
      found.set(tensorKey({ layer: call.layer.name, call: call.index, output: i }), { mask, owner }),
    );
  }
  return { given: all, found };
}

/** Masks of the tensors that a layer is called with first; one that is written as an argument counts. */
function givenMasks(
  { layer, args, kwargs }: KerasCall,
  at: (tensor: TensorReference) => Found,
  make: MakeMask,
): GivenMasks {
  const carried = tensorsOf(args).map((tensor) => (layer.isOperation ? undefined : at(tensor)));
  const written = kwargs['mask'];
  if (written === undefined) return { given: carried, carried };
  const list = 'list' in written ? written.list : 'value' in written ? carried.map(() => written) : [written];
  const given = carried.map((mask, i) => {
    const own = list[i];
    if (own === undefined) return mask;
    if ('value' in own) return own.value === false ? undefined : mask;
    return 'tensor' in own ? make({ kind: 'given' }, [own.tensor], false) : mask;
  });
  return { given, carried };
}

/** Whether a layer computes otherwise where an input has a mask. */
function usesMask({ className, parts }: KerasLayer, rules: MaskRules): boolean {
  if (className === 'TimeDistributed') return heedsMask(parts['layer']!, rules);
  return (
    [...recurrentLayers, ...attentions, 'GlobalAveragePooling1D', 'Softmax'].includes(className) ||
    (rules.leavesOut && leavingOut.includes(className))
  );
}

/** Whether a layer, or one inside it, may compute otherwise with masks. */
function heedsMask(layer: KerasLayer, rules: MaskRules): boolean {
  return usesMask(layer, rules) || (layer.network !== undefined && heedsMasks(layer.network, rules));
}

/** Whether any layer of a network may compute otherwise with masks. */
export function heedsMasks({ layers }: KerasNetwork, rules: MaskRules): boolean {
  return layers.some((layer) => heedsMask(layer, rules));
}

/** The masks that a layer looks for. Merges have none of inputs to which they give further axes. */
function lookedFor({ layer, inputShapes }: KerasCall, given: readonly Found[]): readonly Found[] {
  if (!takesSeveral(layer)) return given.slice(0, 1);
  if (!leavingOut.includes(layer.className)) return given;
  const axes = (shape: Shape | undefined) => shape?.length ?? 0;
  const most = Math.max(...inputShapes.map(axes));
  return given.map((mask, i) => (axes(inputShapes[i]) === most ? mask : undefined));
}

function useOf(call: KerasCall, given: readonly Found[], rules: MaskRules): MaskUse {
  const { layer, kwargs } = call;
  if (!usesMask(layer, rules)) return { kind: 'none', masks: [] };
  // Keras 3 looks for a mask by another name where initial states are given, and finds none.
  const isUnseen = rules.isKeras3 && kwargs['initial_state'] !== undefined && kwargs['mask'] === undefined;
  if (isUnseen) return { kind: 'none', masks: [] };
  const masks = lookedFor(call, given);
  if (masks.every((mask) => mask === undefined)) return { kind: 'none', masks: [] };
  const isPlain = isPlainRecurrent(layer) && kwargs['initial_state'] === undefined;
  return { kind: isPlain && masks.every((mask) => mask?.isBrought) ? 'brought' : 'input', masks };
}
