import { LowbitError } from '@lowbit/core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { innerLayers } from './inner-layers.js';

/** A layer in Keras' JSON: nested models carry `layers` in their configuration, wrappers `layer`. */
export interface LayerJson {
  readonly class_name: string;
  readonly config: Record<string, unknown> & { readonly layers?: LayerJson[]; readonly layer?: LayerJson };
}

/**
 * The model's topology as `tf.models.modelFromJSON` reads it, a new object each time. TensorFlow.js 4.22 writes
 * SeparableConv2D without its depth multiplier; it is put back here. Throws
 * `layer-unsupported` when a layer cannot write its configuration.
 */
export function topologyOf(model: LayersModel): LayerJson {
  try {
    const json = model.toJSON(null, false) as unknown as LayerJson;
    repair(json, model);
    return json;
  } catch (cause) {
    throw topologyFailed(model, cause);
  }
}

/** The error for a topology that cannot be written or read back. */
export function topologyFailed(model: LayersModel, cause: unknown): LowbitError {
  const problem = {
    code: 'layer-unsupported',
    where: model.name,
    expected: 'a topology that can be saved and loaded',
    received: cause instanceof Error ? cause.message : String(cause),
    remedy: "Check getConfig and fromConfig of the model's own layer classes.",
  } as const;
  return new LowbitError(problem, { cause });
}

/** Weights that do not train come last, so that the order of a layer's weights tells nothing. */
function depthMultiplier(layer: layers.Layer): number | null | undefined {
  return layer.weights.find(({ originalName }) => originalName.endsWith('/depthwise_kernel'))?.shape.at(-1);
}

function repair({ class_name: className, config }: LayerJson, layer: layers.Layer): void {
  if (className === 'SeparableConv2D') config['depth_multiplier'] = depthMultiplier(layer);
  const inner = config.layers ?? (config.layer === undefined ? [] : [config.layer]);
  const originals = innerLayers(layer);
  inner.forEach((json, i) => {
    const original = originals[i];
    if (original !== undefined) repair(json, original);
  });
}
