import { recurrentLayers } from '../layers/recurrent.js';
import type { JsonObject, KerasCall, KerasLayer, KerasNetwork, TensorReference } from '../model.js';
import {
  attentions,
  isPlainRecurrent,
  masksBehind,
  tensorsOf,
  type Found,
  type MakeMask,
  type Mask,
} from './mask-rules.js';

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
  /** Which of the inputs of a call have a mask. */
  areMasked(call: KerasCall): readonly boolean[];
}

/**
 * The masks of a network's calls, by the rules of the version of Keras that made it. TensorFlow.js gives a layer the mask of its first input alone,
 * gives it to layers further on that have none as well, and none to models inside.
 *
 * @param areLost Which of the inputs have masks outside.
 */
export function masksOf(network: KerasNetwork, isKeras3: boolean, areLost: readonly boolean[] = []): Masks {
  let count = 0;
  const make = (config: JsonObject, from: Mask['from'], isBrought: boolean): Mask => {
    const name = `${network.name}_mask_${count++}`;
    return { name, config: { ...config, name }, from, isBrought };
  };
  const written = givenToCalls(network, areLost, { make, isKeras3, isCarried: false });
  // Keras 3 writes down which masks layers have that take one, and the others look for theirs when the model is run.
  const carried = givenToCalls(network, areLost, { make, isKeras3, isCarried: isKeras3 });
  const maskedTensors = (call: KerasCall) => (looksForMasks(call.layer) ? carried : written).get(call)!;
  return {
    useOf: (call) => useOf(call, maskedTensors(call), isKeras3),
    areMasked: (call) => carried.get(call)!.map((mask) => mask !== undefined),
  };
}

function looksForMasks({ className }: KerasLayer): boolean {
  return className === 'MultiHeadAttention' || className === 'Multiply';
}

/** The masks of the inputs of all calls. */
function givenToCalls(
  { inputs, calls }: KerasNetwork,
  areLost: readonly boolean[],
  { make, isKeras3, isCarried }: { make: MakeMask; isKeras3: boolean; isCarried: boolean },
): ReadonlyMap<KerasCall, readonly Found[]> {
  const found = new Map<string, Found>(
    inputs.map((input, i) => [keyOf(input), areLost[i] === true ? 'lost' : undefined]),
  );
  const all = new Map<KerasCall, readonly Found[]>();
  for (const call of calls) {
    const given = givenMasks(call, (tensor) => found.get(keyOf(tensor)), make);
    all.set(call, given);
    const outputs = masksBehind(call, given, { make, isKeras3 });
    // When the model is run it takes the masks off its inputs, for all that see them later.
    if (isCarried && call.layer.className === 'MultiHeadAttention')
      for (const input of tensorsOf(call.args)) found.delete(keyOf(input));
    outputs.forEach((mask, i) =>
      found.set(keyOf({ layer: call.layer.name, call: call.index, output: i }), mask),
    );
  }
  return all;
}

function keyOf({ layer, call, output }: TensorReference): string {
  return `${layer} ${call} ${output}`;
}

/** Masks of the tensors that a layer is called with first; one that is written as an argument counts. */
function givenMasks(
  { args, kwargs }: KerasCall,
  at: (tensor: TensorReference) => Found,
  make: MakeMask,
): readonly Found[] {
  const inherited = tensorsOf(args).map(at);
  const written = kwargs['mask'];
  if (written === undefined) return inherited;
  const list = 'list' in written ? written.list : [written];
  return inherited.map((mask, i) => {
    const own = list[i];
    return own !== undefined && 'tensor' in own ? make({ kind: 'given' }, [own.tensor], false) : mask;
  });
}

/** Whether a layer computes otherwise where an input has a mask. */
function usesMask({ className }: KerasLayer, isKeras3: boolean): boolean {
  return (
    [...recurrentLayers, ...attentions, 'GlobalAveragePooling1D'].includes(className) ||
    (className === 'Multiply' && isKeras3)
  );
}

function useOf({ layer, kwargs }: KerasCall, given: readonly Found[], isKeras3: boolean): MaskUse {
  if (!usesMask(layer, isKeras3)) return { kind: 'none', masks: [] };
  // Keras 3 looks for a mask by another name where initial states are given, and finds none.
  const isUnseen = isKeras3 && kwargs['initial_state'] !== undefined && kwargs['mask'] === undefined;
  if (isUnseen) return { kind: 'none', masks: [] };
  const isOfAll = [...attentions, 'Multiply'].includes(layer.className);
  const masks = isOfAll ? given : given.slice(0, 1);
  if (masks.includes('lost')) return { kind: 'lost', masks: [] };
  const all = masks as readonly (Mask | undefined)[];
  if (all.every((mask) => mask === undefined)) return { kind: 'none', masks: [] };
  const isPlain = isPlainRecurrent(layer) && kwargs['initial_state'] === undefined;
  return { kind: isPlain && all.every((mask) => mask?.isBrought) ? 'brought' : 'input', masks: all };
}
