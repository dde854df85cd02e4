import { recurrentLayers } from '../layers/recurrent.js';
import type { JsonObject, KerasCall, KerasLayer, KerasNetwork, TensorReference } from '../model.js';
import { safeName } from '../network/layer-names.js';
import { tensorKey, tensorsOf } from '../network/call-tensors.js';
import type { Uses } from '../network/inlined.js';
import {
  attentions,
  type Found,
  isPlainRecurrent,
  type MakeMask,
  type Mask,
  masksBehind,
} from './mask-rules.js';
import { partlyMasked } from './partly-masked.js';

/** How a layer comes by the masks of its inputs. */
export interface MaskUse {
  readonly kind: 'none' | 'brought' | 'input' | 'lost';
  /** Of each input; undefined for one that has none. */
  readonly masks: readonly (Mask | undefined)[];
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
export function masksOf(network: KerasNetwork, isKeras3: boolean, uses: Uses): Masks {
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
  const context = { make, isKeras3, uses };
  const { given: written, found } = givenToCalls(network, context);
  // Keras 3 writes down which masks layers have that take one, within a model; those that take several look for theirs when the model is run.
  const { given: carried } = isKeras3
    ? givenToCalls(network, { ...context, written: found })
    : { given: written };
  const given = (call: KerasCall) => {
    const looked = carried.get(call)!;
    return takesSeveral(call.layer) ? looked : written.get(call)!.map((mask, i) => mask ?? looked[i]);
  };
  const partly = partlyMasked(network, given);
  return { useOf: (call) => useOf(call, given(call), isKeras3), isPartly: (call) => partly.has(call) };
}

/** Whether a layer takes a mask for each of its inputs. */
function takesSeveral({ className }: KerasLayer): boolean {
  return [...attentions, 'Multiply', 'Maximum', 'Minimum'].includes(className);
}

interface Giving {
  readonly make: MakeMask;
  readonly isKeras3: boolean;
  readonly uses: Uses;
  /** The masks that are written down. With them those are found that tensors carry when the model is run. */
  readonly written?: FoundMasks;
}

/** The masks of tensors, each with the use of a model that made it. */
type FoundMasks = ReadonlyMap<string, { readonly mask: Found; readonly owner: number | undefined }>;

/** The masks of the inputs of all calls, and those of all tensors. */
function givenToCalls(
  { calls }: KerasNetwork,
  { make, isKeras3, uses: { owners, uses }, written }: Giving,
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
    const given = givenMasks(
      call,
      (tensor) => {
        const own = found.get(tensorKey(tensor));
        return isCarried || !isKeras3 || own?.owner === owner ? own?.mask : undefined;
      },
      make,
    );
    all.set(call, given);
    const outputs = masksBehind(call, given, { make, isKeras3 });
    // When the model is run it takes the masks off its inputs, for all that see them later.
    if (isCarried && call.layer.className === 'MultiHeadAttention')
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
): readonly Found[] {
  const inherited = tensorsOf(args).map((tensor) => (layer.isOperation ? undefined : at(tensor)));
  const written = kwargs['mask'];
  if (written === undefined) return inherited;
  const list =
    'list' in written ? written.list : 'value' in written ? inherited.map(() => written) : [written];
  return inherited.map((mask, i) => {
    const own = list[i];
    if (own === undefined) return mask;
    if ('value' in own) return own.value === false ? undefined : mask;
    return 'tensor' in own ? make({ kind: 'given' }, [own.tensor], false) : mask;
  });
}

/** Whether a layer computes otherwise where an input has a mask. */
function usesMask({ className, parts }: KerasLayer, isKeras3: boolean): boolean {
  if (className === 'TimeDistributed') return heedsMask(parts['layer']!);
  return (
    [...recurrentLayers, ...attentions, 'GlobalAveragePooling1D', 'Softmax'].includes(className) ||
    (className === 'Multiply' && isKeras3)
  );
}

/** Whether a layer, or one inside it, may compute otherwise with masks. */
function heedsMask(layer: KerasLayer): boolean {
  return usesMask(layer, true) || (layer.network !== undefined && heedsMasks(layer.network));
}

/** Whether any layer of a network may compute otherwise with masks. */
export function heedsMasks({ layers }: KerasNetwork): boolean {
  return layers.some(heedsMask);
}

/** Whether Keras 3 leaves what is masked out of an extreme, one input where another is not masked. */
function leavesOut({ className }: KerasLayer, given: readonly Found[], isKeras3: boolean): boolean {
  const names = given.map((mask) => (mask === undefined || mask === 'lost' ? mask : mask.name));
  return isKeras3 && ['Maximum', 'Minimum'].includes(className) && new Set(names).size > 1;
}

function useOf({ layer, kwargs }: KerasCall, given: readonly Found[], isKeras3: boolean): MaskUse {
  if (leavesOut(layer, given, isKeras3)) return { kind: 'lost', masks: [] };
  if (!usesMask(layer, isKeras3)) return { kind: 'none', masks: [] };
  // Keras 3 looks for a mask by another name where initial states are given, and finds none.
  const isUnseen = isKeras3 && kwargs['initial_state'] !== undefined && kwargs['mask'] === undefined;
  if (isUnseen) return { kind: 'none', masks: [] };
  const masks = takesSeveral(layer) ? given : given.slice(0, 1);
  if (masks.includes('lost')) return { kind: 'lost', masks: [] };
  const all = masks as readonly (Mask | undefined)[];
  if (all.every((mask) => mask === undefined)) return { kind: 'none', masks: [] };
  const isPlain = isPlainRecurrent(layer) && kwargs['initial_state'] === undefined;
  return { kind: isPlain && all.every((mask) => mask?.isBrought) ? 'brought' : 'input', masks: all };
}
