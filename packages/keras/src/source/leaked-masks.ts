import { LowbitError } from '@lowbit/core';
import type { JsonObject, JsonValue } from '../model.js';
import { isObject } from '../topology/raw-layer.js';

/** Layers of TensorFlow.js that heed a mask, of which no layer of ours is the one that is given its own. */
const heeding: readonly string[] = ['Softmax', 'ConvLSTM2D'];

/**
 * Refuses a live model in which a layer heeds a mask that is not its own: once a layer of TensorFlow.js 4.22 had one, every layer that is
 * computed after it is given it too, also where it ended long before.
 *
 * @param deepest Brackets beyond which nothing is a layer.
 * @throws LowbitError `layer-unsupported`.
 */
export function refuseLeakedMasks(topology: JsonValue, deepest: number): void {
  const layers = [...layersIn(topology, deepest)];
  if (!layers.some(beginsMask)) return;
  const layer = layers.find(({ class_name: name }) => heeding.includes(String(name)));
  if (layer === undefined) return;
  const { class_name: className, config } = layer;
  throw new LowbitError({
    code: 'layer-unsupported',
    where: String((config as JsonObject)['name'] ?? className),
    expected: 'a layer that TensorFlow.js computes the same wherever it stands',
    received: `${String(className)} in a model with masks, each of which TensorFlow.js also gives to layers that are computed later`,
    remedy:
      className === 'Softmax'
        ? "Build the model with an Activation of 'softmax' in its place."
        : 'Build the model without masks.',
  });
}

function* layersIn(value: JsonValue, deepest: number): Generator<JsonObject> {
  if (typeof value !== 'object' || value === null || deepest < 0) return;
  if (isObject(value) && typeof value['class_name'] === 'string' && isObject(value['config'])) yield value;
  for (const member of Object.values(value) as readonly JsonValue[]) yield* layersIn(member, deepest - 1);
}

const beginsMask = ({ class_name: className, config }: JsonObject): boolean =>
  className === 'Masking' || (className === 'Embedding' && (config as JsonObject)['mask_zero'] === true);
