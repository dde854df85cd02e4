import {
  Settings,
  withMasks,
  type Argument,
  type JsonValue,
  type KerasCall,
  type KerasNetwork,
} from '@lowbit/keras';
import type { Known, Value } from './graph/value.js';
import type { Call, Told } from './layers/rule.js';

/** What comes out of a call. */
export type Visit<V extends Known> = (call: Call<V>) => readonly V[] | Promise<readonly V[]>;

/** Carries out the calls of a network, those of models inside it too and those that make masks, and gives what comes out of it. */
export async function walk<V extends Known>(
  told: Told,
  given: KerasNetwork,
  inputs: readonly V[],
  visit: Visit<V>,
): Promise<readonly V[]> {
  const network = withMasks(given, told.kerasVersion);
  const values = new Map(network.inputs.map(({ layer }, i) => [keyOf(layer, 0, 0), inputs[i]!]));
  const valueOf = (argument: Argument): readonly V[] => {
    if ('list' in argument) return argument.list.flatMap(valueOf);
    if (!('tensor' in argument)) return [];
    const { layer, call, output } = argument.tensor;
    return [values.get(keyOf(layer, call, output))!];
  };
  for (const each of network.calls) {
    const { layer, index } = each;
    const results = await carryOut(callOf(each, valueOf, told), visit);
    results.forEach((value, i) => values.set(keyOf(layer.name, index, i), value));
  }
  return network.outputs.map(({ layer, call, output }) => values.get(keyOf(layer, call, output))!);
}

/** Carries out one call: of a layer, or of a model. */
export async function carryOut<V extends Known>(call: Call<V>, visit: Visit<V>): Promise<readonly V[]> {
  const { network } = call.layer;
  return network ? walk(call, network, call.inputs, visit) : visit(call);
}

const keyOf = (layer: string, call: number, output: number): string => `${call} ${output} ${layer}`;

/** What a call is given, each with its mask. */
function maskedInputs<V extends Known>(
  { args, kwargs: { mask } }: KerasCall,
  valueOf: (argument: Argument) => readonly V[],
): readonly V[] {
  const masks = mask !== undefined && 'list' in mask ? mask.list.map((each) => valueOf(each)[0]) : [];
  return args.flatMap(valueOf).map((input, i) => ({
    ...input,
    masked: masks[i] !== undefined,
    mask: (masks[i] as Partial<Value> | undefined)?.mask,
  }));
}

function callOf<V extends Known>(
  call: KerasCall,
  valueOf: (argument: Argument) => readonly V[],
  { isKeras3, kerasVersion, quantizers }: Told,
): Call<V> {
  const { layer, outputShapes } = call;
  const others = Object.entries(call.kwargs).filter(([name]) => name !== 'mask');
  const named = others.map(([name, each]): [string, readonly V[] | JsonValue] => [
    name,
    'value' in each ? each.value : valueOf(each),
  ]);
  return {
    layer,
    settings: new Settings(layer.config, layer.id),
    inputs: maskedInputs(call, valueOf),
    named: Object.fromEntries(named),
    outputs: outputShapes,
    isKeras3,
    kerasVersion,
    quantizers,
  };
}
