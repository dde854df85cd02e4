import type { CustomLayerHook } from '../hooks.js';
import type { JsonObject, JsonValue } from '../model.js';
import { isObject, type RawLayer } from './raw-layer.js';

/** Whether a layer is one that a network of `keras.applications` brings along: by its module, or in files without modules by its settings; tf-keras writes one of them as Custom. */
function isOfApplications({ module, package: own, config }: RawLayer, settings: readonly string[]): boolean {
  const isThere = settings.every((name) => typeof config[name] === 'number');
  return isThere && (module === undefined ? (own ?? 'Custom') === 'Custom' : /\.applications\./.test(module));
}

/** What takes the place of a layer that ConvNeXt brings along: each channel of a picture by a weight of its own. */
export function applicationHook(raw: RawLayer): CustomLayerHook | undefined {
  if (raw.className !== 'LayerScale' || !isOfApplications(raw, ['init_values', 'projection_dim']))
    return undefined;
  return ({ projection_dim: channels = null }) => ({
    className: 'EinsumDense',
    config: { equation: 'abcd,d->abcd', output_shape: [null, null, channels] },
  });
}

/**
 * `x + scale · y`, which Inception-ResNet brings along, as two layers: a Rescaling, and an Add under the name of the layer.
 *
 * @param newName Gives a name that no layer has, nor one that is made later.
 */
export function scaledSum(
  raw: RawLayer,
  newName: (wanted: string) => string,
): readonly RawLayer[] | undefined {
  const { className, config, inboundNodes, name } = raw;
  if (className !== 'CustomScaleLayer' || !isOfApplications(raw, ['scale']) || inboundNodes.length !== 1)
    return undefined;
  const [node] = inboundNodes;
  const isKeras3 = isObject(node);
  const pair = isKeras3 ? (node['args'] as readonly JsonValue[] | undefined)?.[0] : node;
  if (!Array.isArray(pair) || pair.length !== 2) return undefined;
  const [first, second] = pair as JsonValue[] as [JsonValue, JsonValue];
  const scaled = newName(`${name}_1`);
  const layer = (own: string, kind: string, settings: JsonObject, input: JsonValue): RawLayer => ({
    ...{ className: kind, writtenClass: kind, name: own, inboundNodes: [input], isOperation: true },
    config: { name: own, trainable: true, dtype: config['dtype'] ?? 'float32', ...settings },
  });
  const product: JsonValue = isKeras3
    ? { class_name: '__keras_tensor__', config: { keras_history: [scaled, 0, 0] } }
    : [scaled, 0, 0, {}];
  const called = (value: JsonValue): JsonValue => (isKeras3 ? { args: [value], kwargs: {} } : value);
  return [
    layer(scaled, 'Rescaling', { scale: config['scale']!, offset: 0 }, called(isKeras3 ? second : [second])),
    layer(name, 'Add', {}, called([first, product])),
  ];
}
