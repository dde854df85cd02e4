import { Settings, type Argument, type JsonValue, type KerasCall, type KerasNetwork } from '@lowbit/keras';
import type { Known, Value } from './graph/value.js';
import type { Call, Told } from './layers/rule.js';

/** What comes out of a call. */
export type Visit<V extends Known> = (call: Call<V>) => readonly V[] | Promise<readonly V[]>;

/** Carries out the calls of a network, those of models inside it too, and gives what comes out of it. */
export async function walk<V extends Known>(
  told: Told,
  network: KerasNetwork,
  inputs: readonly V[],
  visit: Visit<V>,
): Promise<readonly V[]> {
  const values = new Map(network.inputs.map(({ layer }, i) => [keyOf(layer, 0, 0), inputs[i]!]));
  const valueOf = (argument: Argument): readonly V[] => {
    if ('list' in argument) return argument.list.flatMap(valueOf);
    if (!('tensor' in argument)) return [];
    const { layer, call, output } = argument.tensor;
    return [values.get(keyOf(layer, call, output))!];
  };
  for (const each of network.calls) {
    const { layer, index } = each;
    const call = withMasks(callOf(each, valueOf, told), each, (argument) =>
      isMask(argument, network) ? valueOf(argument)[0] : undefined,
    );
    const results = await carryOut(call, visit);
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

function isMask(argument: Argument, { layers }: KerasNetwork): boolean {
  if (!('tensor' in argument)) return false;
  return layers.find(({ name }) => name === argument.tensor.layer)?.className === 'Mask';
}

/** A call whose inputs have the masks that are written down, where layers of masks make them; other arguments stay. */
function withMasks<V extends Known>(
  call: Call<V>,
  { kwargs }: KerasCall,
  maskOf: (argument: Argument) => V | undefined,
): Call<V> {
  const { mask: written, ...others } = kwargs;
  if (written === undefined) return call;
  const list = 'list' in written ? written.list : call.inputs.map(() => written);
  const isKnown = list.every((each) => ('value' in each && each.value === false) || maskOf(each));
  if (!isKnown) return call;
  const inputs = call.inputs.map((input, i) => {
    const mask = list[i] && maskOf(list[i]);
    return mask === undefined
      ? withoutMask(input)
      : { ...input, masked: 'yes' as const, mask: (mask as Partial<Value>).mask };
  });
  const named = Object.fromEntries(Object.keys(others).map((name) => [name, call.named[name]!]));
  return { ...call, inputs, named };
}

function withoutMask<V extends Known>(value: V): V {
  return { ...value, masked: 'no', mask: undefined };
}

function callOf<V extends Known>(
  { layer, args, kwargs, outputShapes }: KerasCall,
  valueOf: (argument: Argument) => readonly V[],
  { isKeras3, quantizers }: Told,
): Call<V> {
  const named = Object.entries(kwargs).map(([name, each]): [string, readonly V[] | JsonValue] => [
    name,
    'value' in each ? each.value : valueOf(each),
  ]);
  return {
    layer,
    settings: new Settings(layer.config, layer.id),
    inputs: args.flatMap(valueOf).map((value) => (layer.isOperation ? withoutMask(value) : value)),
    named: Object.fromEntries(named),
    outputs: outputShapes,
    isKeras3,
    quantizers,
  };
}
