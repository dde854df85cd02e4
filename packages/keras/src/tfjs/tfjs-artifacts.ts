import type { QuantizationPlan } from '@lowbit/core';
import { storePacked, weightArtifacts, type StoredWeight } from '@lowbit/tfjs-format';

import type { JsonObject, KerasLayer, KerasModel, KerasWeight } from '../model.js';
import { layerNames, type LayerNames } from './layer-names.js';
import { tfjsTopology } from './topology.js';

/** A layers model as TensorFlow.js takes it from a handler that loads. */
export interface TfjsArtifacts {
  readonly format: 'layers-model';
  readonly generatedBy: string;
  readonly convertedBy: string;
  readonly modelTopology: JsonObject;
  readonly weightSpecs: StoredWeight['spec'][];
  readonly weightData: ArrayBuffer;
  /** What lowbit did to the model, where it did anything. */
  readonly userDefinedMetadata?: {
    readonly lowbit: { readonly plan: QuantizationPlan; readonly earlier?: readonly QuantizationPlan[] };
  };
}

/**
 * A model of Keras as one of TensorFlow.js, which computes the same. TensorFlow.js loads it without lowbit unless it was quantized: then its weights are packed,
 * and `load` of `@lowbit/tfjs` loads it.
 *
 * @throws LowbitError `layer-unsupported` with every layer that TensorFlow.js does not have, or would compute otherwise.
 */
export async function tfjsArtifacts(model: KerasModel): Promise<TfjsArtifacts> {
  const names = layerNames(model);
  const topology = tfjsTopology(model, names);
  const weights: StoredWeight[] = [];
  for (const [name, weight] of namedWeights(model.network.layers, names)) {
    weights.push(await stored(name, weight));
  }
  return {
    format: 'layers-model',
    generatedBy: `keras ${model.kerasVersion ?? ''}`.trim(),
    convertedBy: 'lowbit',
    modelTopology: topology,
    ...weightArtifacts(weights),
    ...metadataOf(model),
  };
}

async function stored(name: string, weight: KerasWeight): Promise<StoredWeight> {
  if (weight.packed !== undefined) return storePacked(name, weight.packed);
  const { buffer, byteOffset, byteLength } = await weight.read();
  const spec = { name, shape: weight.shape, dtype: 'float32' } as const;
  return { spec, bytes: new Uint8Array(buffer, byteOffset, byteLength) };
}

/** The plans, where `@lowbit/tfjs` and `lowbit inspect` look for them. */
function metadataOf({ plans = [] }: KerasModel): Pick<TfjsArtifacts, 'userDefinedMetadata'> {
  const plan = plans.at(-1);
  const earlier = plans.slice(0, -1);
  return plan === undefined
    ? {}
    : { userDefinedMetadata: { lowbit: { plan, ...(earlier.length > 0 && { earlier }) } } };
}

/** Weights under the names that TensorFlow.js gives them; one that several layers share is written once. */
function namedWeights(layers: readonly KerasLayer[], names: LayerNames): ReadonlyMap<string, KerasWeight> {
  const found = new Map<string, KerasWeight>();
  const visit = (layer: KerasLayer, owner: string) => {
    for (const weight of layer.weights) found.set(`${owner}/${weight.name}`, weight);
    const { network, parts } = layer;
    network?.layers.forEach((inner) => visit(inner, names.get(inner)!));
    for (const [key, part] of Object.entries(parts)) visit(part, partOwner(key, layer, owner, names));
  };
  layers.forEach((layer) => visit(layer, names.get(layer)!));
  return found;
}

/** A wrapper's layer has its weights under the wrapper's name; the two of `Bidirectional` are both called after the first. */
function partOwner(key: string, { parts }: KerasLayer, owner: string, names: LayerNames): string {
  const way = /^(forward|backward)_layer$/.exec(key)?.[1];
  return way === undefined ? owner : `${owner}/${way}_${names.get(parts['forward_layer']!)}`;
}
