import type { JsonObject, JsonValue } from '../model.js';
import { isObject, type RawLayer } from './raw-layer.js';

/**
 * Whether Keras 3 wrote a model, by what it writes otherwise than Keras 2. The text of `to_json()` of Keras 3 and the `config.json` of a `.keras`
 * file do not tell their version, on which depends how layers of the same names compute.
 */
export function isWrittenByKeras3({ config }: Pick<RawLayer, 'config'>): boolean {
  const models = new Set<JsonValue>([config]);
  // The set grows while it is gone through; an object that holds itself is met once.
  for (const model of models) {
    const layers = isObject(model) && Array.isArray(model['layers']) ? (model['layers'] as JsonValue[]) : [];
    for (const layer of layers.filter(isObject)) {
      if (isLayerOfKeras3(layer)) return true;
      models.add(layer['config'] ?? null);
    }
  }
  return false;
}

/** Keras 3 alone has calls as `{ args, kwargs }`, `batch_shape` of inputs, and policies of types that are called `DTypePolicy`. */
function isLayerOfKeras3({ config = null, inbound_nodes: nodes = null }: JsonObject): boolean {
  const isCall = (node: JsonValue) =>
    isObject(node) && Array.isArray(node['args']) && isObject(node['kwargs']);
  if (Array.isArray(nodes) && (nodes as JsonValue[]).some(isCall)) return true;
  if (!isObject(config)) return false;
  const policy = config['dtype'] ?? null;
  return config['batch_shape'] !== undefined || (isObject(policy) && policy['class_name'] === 'DTypePolicy');
}
