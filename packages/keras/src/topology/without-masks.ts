import type { JsonObject, JsonValue } from '../model.js';
import { isObject, type RawLayer } from './raw-layer.js';

/** Operations by which Keras 3 works out masks. It has no layers of these names, but for `Concatenate`, which takes no masks. */
const maskOperations =
  'NotEqual Any All LogicalAnd LogicalOr ConvertToTensor ExpandDims ZerosLike OnesLike Concatenate'.split(
    ' ',
  );

/** Arguments that are masks of steps. MultiHeadAttention has one for each of its tensors, which Keras 3 writes down before 3.8. */
const maskArguments = ['mask', 'query_mask', 'value_mask', 'key_mask'];

/**
 * Layers without those by which Keras 3 spells out what `Masking` and `Embedding` with `mask_zero` mean for the layers behind them: that goes
 * without saying in a graph of layers. Operations that do anything else stay.
 */
export function withoutMasks(
  layers: readonly RawLayer[],
  outputs: JsonValue | undefined,
): readonly RawLayer[] {
  let masks = layers.filter(({ className }) => maskOperations.includes(className));
  if (masks.length === 0) return layers;
  const returned = new Set(namesIn(outputs ?? null));
  for (let before = -1; before !== masks.length;) {
    before = masks.length;
    const names = new Set(masks.map(({ name }) => name));
    masks = masks.filter((mask) => !returned.has(mask.name) && isMask(mask, layers, names));
  }
  const names = new Set(masks.map(({ name }) => name));
  return layers.filter(({ name }) => !names.has(name)).map((layer) => withoutArgument(layer, names));
}

/** Whether a layer's result is used as a mask alone, and comes from where masks come from. */
function isMask(mask: RawLayer, layers: readonly RawLayer[], masks: ReadonlySet<string>): boolean {
  const isUsedAsMask = layers.every((layer) => {
    if (masks.has(layer.name)) return true;
    return layer.inboundNodes.every((node) => !namesIn(withoutMask(node)).includes(mask.name));
  });
  // What has the shape of a tensor and is true or false everywhere begins a mask too.
  if (/^(Zeros|Ones)Like$/.test(mask.className)) return isUsedAsMask && mask.config['dtype'] === 'bool';
  const sources = mask.inboundNodes.flatMap((node) => namesIn(node));
  const origin =
    mask.className === 'NotEqual' ? isOrigin(mask, layers) : sources.every((name) => masks.has(name));
  return isUsedAsMask && origin;
}

/** Whether values are compared with those that a layer masks. */
function isOrigin(mask: RawLayer, layers: readonly RawLayer[]): boolean {
  const [source] = mask.inboundNodes.flatMap(namesIn);
  return layers.some(
    ({ className, config, inboundNodes }) =>
      (className === 'Masking' || (className === 'Embedding' && config['mask_zero'] === true)) &&
      inboundNodes.flatMap(namesIn).includes(source!),
  );
}

function withoutArgument(layer: RawLayer, masks: ReadonlySet<string>): RawLayer {
  const isMade = (value: JsonValue) => namesIn(value).some((name) => masks.has(name));
  return { ...layer, inboundNodes: layer.inboundNodes.map((node) => withoutMask(node, isMade)) };
}

/** An entry of `inbound_nodes` without arguments that are such masks. */
function withoutMask(node: JsonValue, isSuch: (value: JsonValue) => boolean = () => true): JsonValue {
  if (!isObject(node) || !isObject(node['kwargs'])) return node;
  const named = Object.entries(node['kwargs']).map(([name, value]: [string, JsonValue]) => [
    name,
    maskArguments.includes(name) && isSuch(value) ? null : value,
  ]);
  return { ...node, kwargs: Object.fromEntries(named) as JsonObject };
}

/** Names of the layers whose tensors stand in a value, in either form. */
function namesIn(value: JsonValue, depth = 0): readonly string[] {
  if (depth > 24 || typeof value !== 'object' || value === null) return [];
  if (!Array.isArray(value)) {
    const members = value as { readonly [name: string]: JsonValue };
    return Object.values(members).flatMap((member) => namesIn(member, depth + 1));
  }
  const list = value as readonly JsonValue[];
  const isReference = list.length >= 3 && typeof list[0] === 'string' && typeof list[1] === 'number';
  return isReference ? [list[0] as string] : list.flatMap((each) => namesIn(each, depth + 1));
}
