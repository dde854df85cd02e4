import type { LayerDescriptor, ModelPort } from '@lowbit/core';
import { packedCost } from '@lowbit/core/adapter';
import type { KerasLayer, KerasModel, KerasNetwork } from '../model.js';
import { readKeras, type KerasOptions } from '../read-keras.js';
import type { KerasSource } from '../source/source.js';
import { describeLayer } from './describe-layer.js';
import { kerasWriter } from './keras-writer.js';

/** A model of Keras that can be quantized. */
export interface KerasPort extends ModelPort<KerasModel> {
  /** The model itself, read once. */
  model(): Promise<KerasModel>;
}

/**
 * A model of Keras for `quantize`: a file, or a model that was read already. The result is a model with packed weights, for `toLayersModel` of
 * `@lowbit/tfjs` and {@link tfjsArtifacts}. The port computes nothing: what needs data is done with `tfjs(await toLayersModel(model))`.
 *
 * @example
 * const { model, report } = await quantize(keras(bytes), { registry, bits: 4 });
 */
export function keras(source: KerasSource | KerasModel, options: KerasOptions = {}): KerasPort {
  let reading: Promise<KerasModel> | undefined;
  const model = () => (reading ??= isModel(source) ? Promise.resolve(source) : readKeras(source, options));
  return {
    name: 'keras',
    supports: { parameterStorage: ['float32', 'float16', 'two-level'], activations: false },
    model,
    layers: async () => describe((await model()).network),
    cost: packedCost,
    write: (outcome) => kerasWriter(model, outcome),
  };
}

function isModel(source: KerasSource | KerasModel): source is KerasModel {
  return 'network' in source && 'weights' in source;
}

/** Layers that have no others inside, each once, in the order in which they are called. */
function describe(network: KerasNetwork): readonly LayerDescriptor[] {
  const layers = new Set(inOrder(network).flatMap(leaves));
  return [...layers].map((layer, depth) => describeLayer(layer, depth));
}

function inOrder({ layers, calls }: KerasNetwork): readonly KerasLayer[] {
  const inputs = layers.filter(({ className }) => className === 'InputLayer');
  return [...inputs, ...calls.map(({ layer }) => layer), ...layers];
}

function leaves(layer: KerasLayer): readonly KerasLayer[] {
  if (layer.network !== undefined) return inOrder(layer.network).flatMap(leaves);
  const parts = Object.values(layer.parts);
  return parts.length === 0 ? [layer] : parts.flatMap(leaves);
}
