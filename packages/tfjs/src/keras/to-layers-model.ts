import { LowbitError, type Registry } from '@lowbit/core';
import { checkArgument, checkOptions, defined, optionTypes, type OptionTypes } from '@lowbit/core/adapter';
import type { KerasModel, ReadingOptions } from '@lowbit/keras';
import type * as tf from '@tensorflow/tfjs-core';
import type * as tfLayers from '@tensorflow/tfjs-layers';

import { listed, UnplacedWeights } from '../load/unplaced-weights.js';
import { load, registryType } from '../io/load-model.js';

/** How a model of Keras becomes one that runs. */
export interface ToLayersOptions extends ReadingOptions {
  /** Where the quantizers of activations are looked up, for models that have some. */
  readonly registry?: Registry;
}

const types: OptionTypes<ToLayersOptions> = {
  registry: registryType,
  signal: optionTypes.signal,
  onProgress: optionTypes.callback,
};

/**
 * A model that `readKeras` of `@lowbit/keras` read, as a `tf.LayersModel` that computes the same. One that was quantized is saved
 * packed again. Weights are read one after the other; the model of Keras can be closed afterwards.
 *
 * @throws LowbitError `invalid-argument` for what is no such model, `layer-unsupported` with every layer that TensorFlow.js does not
 *   have, or would compute otherwise; `unknown-plugin` for a quantizer of activations that the registry lacks; `invalid-argument` for a layer of a
 *   hook whose weights the class calls otherwise; as reading its weights.
 * @example
 * const model = await toLayersModel(await readKeras(file));
 * model.predict(inputs);
 */
export async function toLayersModel(
  model: KerasModel,
  options: ToLayersOptions = {},
): Promise<tfLayers.LayersModel> {
  checkOptions(options, types, 'toLayersModel');
  const { registry, signal, onProgress } = options;
  const { network, weights } = Object(model) as Partial<KerasModel>;
  checkArgument(network !== undefined && weights !== undefined, model, {
    where: 'toLayersModel(model)',
    expected: 'a model that readKeras of @lowbit/keras gave',
    remedy: 'Read the file first: toLayersModel(await readKeras(file)).',
  });
  // Who quantizes models of TensorFlow.js alone does not load what files of Keras need.
  const { tfjsArtifacts } = await import('@lowbit/keras');
  const artifacts: object = await tfjsArtifacts(model, { signal, onProgress });
  try {
    return await load({ load: async () => artifacts as tf.io.ModelArtifacts }, defined({ registry }));
  } catch (error) {
    throw ofHook(error, model.weights);
  }
}

/** Of a model that was read, only a layer that a hook stands in for has weights that its class calls otherwise. */
function ofHook(error: unknown, weights: KerasModel['weights']): unknown {
  const unplaced = (error as Partial<Error>).cause;
  if (!(unplaced instanceof UnplacedWeights)) return error;
  const { layer, className, given, wanted } = unplaced;
  // TensorFlow.js has no slashes in them.
  const inFile = new Map(weights.map(({ name }) => [name.replaceAll('/', '_'), name]));
  const held = given.map(({ key, shape }) => ({ key: inFile.get(key) ?? key, shape }));
  const remedy =
    given.length === wanted.length
      ? `Let the hook in customLayers also return weights: [${orderByShape(unplaced)}], the names in the order in which the class in Python makes its weights.`
      : `Let the class that is registered make ${given.length === 1 ? 'one weight' : `${given.length} weights`}, or the hook in customLayers name another class.`;
  return new LowbitError(
    {
      code: 'invalid-argument',
      where: `${layer}: customLayers`,
      expected: `names of the weights of ${className}: ${listed(wanted)}`,
      received: `${listed(held)}, in the order of the file`,
      remedy,
    },
    { cause: error },
  );
}

/** Names in the order of the file where shapes tell it; a class may make weights of one shape in another order than Python does. */
function orderByShape({ given, wanted }: UnplacedWeights): string {
  const names = given.map(({ shape }) => wanted.filter((weight) => String(weight.shape) === String(shape)));
  return names.every(({ length }) => length === 1)
    ? names.map(([weight]) => `'${weight!.key}'`).join(', ')
    : names.map(() => "'NAME'").join(', ');
}
