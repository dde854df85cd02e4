import type { JsonObject, JsonValue } from '../model.js';
import { isObject, type RawLayer } from './raw-layer.js';

/** Members of Keras 1 that tell the size of a window, by the axes that it goes over. */
const sizes = [['filter_length'], ['nb_row', 'nb_col'], ['kernel_dim1', 'kernel_dim2', 'kernel_dim3']];

/**
 * A model of Keras 1 that Theano computed, with layers of their own for the `same` padding of convolutions where it is not at both ends what
 * others pad: Theano puts half of the window in front, whatever the strides, and one less behind it where its size is even.
 */
export function withTheanoPadding(model: RawLayer): RawLayer {
  return { ...model, config: padded(model.config) };
}

function padded(config: JsonObject): JsonObject {
  const list = config['layers'];
  if (!Array.isArray(list)) return config;
  return {
    ...config,
    layers: (list as JsonValue[]).flatMap((layer) => (isObject(layer) ? split(layer) : layer)),
  };
}

/** A layer as it is, with models inside padded, or as what pads and what convolves. */
function split(layer: JsonObject): JsonObject | readonly JsonObject[] {
  const { config: given = null, class_name: className = null, inbound_nodes: nodes = null } = layer;
  if (Array.isArray(given)) return { ...layer, config: padded({ layers: given as JsonValue[] })['layers']! };
  if (!isObject(given)) return layer;
  if (Array.isArray(given['layers']) && className !== 'Merge') return { ...layer, config: padded(given) };
  const inner = className === 'TimeDistributed' ? given['layer'] : undefined;
  const { class_name: kind = className, config = given }: JsonObject = isObject(inner) ? inner : {};
  const sides = isObject(config) ? sidesOf(String(kind), config) : undefined;
  if (sides === undefined || !isObject(config)) return layer;
  const { batch_input_shape: shape, input_dtype: dtype, ...rest } = given;
  const name = `${String(layer['name'] ?? given['name'])}_padding`;
  const pad = { class_name: `ZeroPadding${sides.length}D`, config: { name, padding: paddingOf(sides) } };
  const valid = { ...config, border_mode: 'valid' };
  const wraps = isObject(inner);
  const own = wraps ? { ...rest, layer: { ...inner, config: valid } } : { ...rest, border_mode: 'valid' };
  const first = {
    ...(shape !== undefined && { batch_input_shape: shape }),
    ...(dtype !== undefined && { input_dtype: dtype }),
  };
  return [
    {
      class_name: wraps ? className : pad.class_name,
      name,
      config: { ...first, ...(wraps ? { name, layer: pad } : pad.config) },
      ...(nodes !== null && { inbound_nodes: nodes }),
    },
    {
      ...layer,
      config: own,
      ...(Array.isArray(nodes) && { inbound_nodes: nodes.map((_node, call) => [[name, call, 0]]) }),
    },
  ];
}

/** Zeros before and behind each axis that a convolution wants; undefined for those that others pad alike, and for other layers. */
function sidesOf(className: string, config: JsonObject): readonly (readonly [number, number])[] | undefined {
  const isKnown = /^(Atrous)?Convolution[123]D$/.test(className);
  if (!isKnown || config['border_mode'] !== 'same' || config['dim_ordering'] === 'th') return undefined;
  const members = sizes.find(([first]) => config[first!] !== undefined) ?? [];
  const all = (member: string, fallback: number) => [config[member] ?? fallback].flat();
  const [strides, rates] = [
    all(members.length === 1 ? 'subsample_length' : 'subsample', 1),
    all('atrous_rate', 1),
  ];
  const reaches = members.map((member, axis) => {
    const rate = Number(rates[axis] ?? rates[0]);
    return (Number(config[member]) - 1) * rate + 1;
  });
  const isAlike = reaches.every(
    (reach, axis) => reach === 1 || (reach % 2 === 1 && (strides[axis] ?? strides[0]) === 1),
  );
  if (members.length === 0 || isAlike || !reaches.every((reach) => reach > 0 && reach < 1e6))
    return undefined;
  return reaches.map((reach) => {
    const before = Math.floor(reach / 2);
    return [before, reach % 2 === 1 ? before : before - 1];
  });
}

/** One axis: `[before, behind]`; two: four numbers, as Keras 1 writes them. */
function paddingOf(sides: readonly (readonly [number, number])[]): JsonValue {
  return sides.length === 3 ? sides : sides.flat();
}
