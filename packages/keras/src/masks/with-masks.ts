import { maskClasses } from '../layers/mask.js';
import { Settings } from '../layers/settings.js';
import type { Argument, KerasCall, KerasNetwork, Shape, TensorReference } from '../model.js';
import { inlined } from '../network/inlined.js';
import { layerNames } from '../network/layer-names.js';
import { tensorKey, tensorsIn } from '../network/call-tensors.js';
import { type Mask } from './mask-rules.js';
import { masksOf, type MaskUse } from './network-masks.js';
import { maskRulesOf } from './rules-of-version.js';

/**
 * A network in which nothing goes without saying about masks: no layer is a model, layers of the class `Mask` make the masks, and the calls that
 * heed some, and they alone, have an argument `mask`: a list of a tensor `[batch, steps]` or false for each input.
 *
 * @param kerasVersion Of Keras, which made the network: versions differ in what masks do. `3` for the newest.
 */
export function withMasks(network: KerasNetwork, kerasVersion?: string): KerasNetwork {
  const { network: plain, ...uses } = inlined(network, layerNames({ network }));
  const masks = masksOf(plain, maskRulesOf(kerasVersion), uses);
  const shapes = shapesOf(plain);
  const made = new Map<string, KerasCall>();
  const calls = plain.calls.flatMap((call) => {
    const use = masks.useOf(call);
    const before = use.masks.flatMap((mask) => (mask === undefined ? [] : makingOf(mask, shapes, made)));
    return [...before, withArgument(call, use)];
  });
  const layers = [...plain.layers, ...[...made.values()].map(({ layer }) => layer)];
  return { ...plain, layers, calls };
}

/** The calls that make a mask, without those that are made already. */
function makingOf(
  mask: Mask,
  shapes: ReadonlyMap<string, Shape | undefined>,
  made: Map<string, KerasCall>,
): readonly KerasCall[] {
  const { name, config, from, isLayer } = mask;
  if (isLayer || made.has(name)) return [];
  const before = from.flatMap((source) => ('from' in source ? makingOf(source, shapes, made) : []));
  const inputShapes = from.map((source) =>
    'from' in source
      ? (made.get(source.name)?.outputShapes[0] ?? shapes.get(tensorKey(tensorOf(source))))
      : shapes.get(tensorKey(source)),
  );
  const layer = { id: name, name, className: 'Mask', config, trainable: true, parts: {}, weights: [] };
  const output = maskClasses['Mask']!.output(new Settings(config, name), inputShapes) as Shape | undefined;
  const args = from.map((source) => ({ tensor: 'from' in source ? tensorOf(source) : source }));
  const call = { layer, index: 0, args, kwargs: {}, inputShapes, outputShapes: [output] };
  made.set(name, call);
  return [...before, call];
}

function tensorOf({ name, from, isLayer }: Mask): TensorReference {
  return isLayer ? (from[0] as TensorReference) : { layer: name, call: 0, output: 0 };
}

function withArgument(call: KerasCall, { kind, masks }: MaskUse): KerasCall {
  const kwargs = Object.fromEntries(Object.entries(call.kwargs).filter(([name]) => name !== 'mask'));
  if (kind === 'none') return { ...call, kwargs };
  const list = masks.map((mask): Argument => (mask ? { tensor: tensorOf(mask) } : { value: false }));
  return { ...call, kwargs: { ...kwargs, mask: { list } } };
}

/** Shapes of all tensors that calls are given. */
function shapesOf({ calls }: KerasNetwork): ReadonlyMap<string, Shape | undefined> {
  return new Map(
    calls.flatMap((call) =>
      tensorsIn(call).map((tensor, i) => [tensorKey(tensor), call.inputShapes[i]] as const),
    ),
  );
}
