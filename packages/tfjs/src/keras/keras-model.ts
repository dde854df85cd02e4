import { isLowbitError, LowbitError, type Problem } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import type { KerasModel, KerasOptions } from '@lowbit/keras';
import { modelFiles, type ModelArtifacts } from '@lowbit/tfjs-format';
import { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { save } from '../io/save-model.js';
import { knownValue, wrongSource } from '../model/wrong-source.js';
import { withAllInputs } from './all-inputs.js';

/**
 * The model of Keras of a live model, also of one that lowbit quantized or trained: packed weights and quantized inputs are in it, and for
 * `toOnnx` of `@lowbit/keras-onnx`. Its values are those of now; training the live model further does not change them. Inputs that no output
 * depends on stay.
 *
 * @param options `customLayers` for classes of your own.
 * @throws LowbitError `layer-unsupported` with every layer that Keras does not have and no hook stands in for; as `save`.
 * @example
 * const { bytes } = await toOnnx(await kerasModel(model));
 * const own = await kerasModel(other, { customLayers: { Scaled: () => ({ className: 'Rescaling', config: { scale: 2, offset: 0 } }) } });
 */
export async function kerasModel(
  model: LayersModel,
  options: Pick<KerasOptions, 'customLayers' | 'signal'> = {},
): Promise<KerasModel> {
  if (knownValue(model) !== 'a layers model') throw notLayers(model);
  const { json, shards } = modelFiles(await artifactsOf(model), model.name);
  const modelJson = JSON.parse(json) as { readonly modelTopology: object };
  const modelTopology = withAllInputs(modelJson.modelTopology, model);
  // Who works with models of TensorFlow.js alone does not load what files of Keras need.
  const { readKeras } = await import('@lowbit/keras');
  const files = Object.fromEntries(shards.map(({ path, bytes }) => [path, bytes]));
  try {
    return await readKeras({ modelJson: { ...modelJson, modelTopology }, shards: files }, options);
  } catch (error) {
    throw ofLiveModel(error);
  }
}

/** There is no file: hooks are given to `kerasModel` itself. */
function ofLiveModel(error: unknown): unknown {
  if (!isLowbitError(error)) return error;
  const [first, ...others] = error.problems.map((problem): Problem => ({
    ...problem,
    ...defined({ remedy: problem.remedy?.replaceAll('readKeras(file', 'kerasModel(model') }),
  }));
  return new LowbitError([first!, ...others], { cause: error });
}

/** What `save` writes. */
async function artifactsOf(model: LayersModel): Promise<ModelArtifacts> {
  let written: io.ModelArtifacts | undefined;
  const handler = io.withSaveHandler(async (artifacts) => {
    written = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  });
  await save(model, handler, { format: 'packed' });
  return written as ModelArtifacts;
}

function notLayers(value: unknown): LowbitError {
  const otherwise = 'Give it a model of layers, as quantize(tfjs(model), …), train or load give one.';
  const graph = 'A graph model has no layers. Read the file of Keras that it was made from: readKeras(file).';
  return wrongSource(value, 'kerasModel(model)', 'a tf.LayersModel', otherwise, {
    'a graph model': graph,
    'artifacts of a graph model': graph,
  });
}
