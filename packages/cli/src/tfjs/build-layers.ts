import { isLowbitError, LowbitError, type Problem, type Registry } from '@lowbit/core';
import { modelArtifacts } from '@lowbit/tfjs-format';
import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel, Sequential } from '@tensorflow/tfjs-layers';

import type { Tfjs } from '../runtime/load-tfjs.js';
import type { TfjsFile } from './read-model.js';

/**
 * The running model of a file, packed or not. The caller disposes it with {@link disposeModel}.
 *
 * @param methods - those that its activations may be quantized by
 * @throws LowbitError `layer-unsupported` for a class that TensorFlow.js does not know, `model-malformed` for a topology that
 *   it cannot build or that does not fit the weights, `packed-data`.
 */
export async function buildLayers({ lowbit }: Tfjs, file: TfjsFile, methods: Registry): Promise<LayersModel> {
  try {
    const model = await lowbit.load(
      { load: async () => modelArtifacts(file.json, file.weights) as io.ModelArtifacts },
      { registry: methods },
    );
    // A Sequential learns the names of its inputs only now.
    if (model.getClassName() === 'Sequential') (model as Sequential).build();
    return model;
  } catch (cause) {
    throw notBuilt(file.file, cause);
  }
}

/** Frees a model. `model.dispose()` keeps the weights of layers that are applied more than once. */
export function disposeModel(model: LayersModel): void {
  new Set(model.weights).forEach((weight) => weight.dispose());
}

/** The error for a model that cannot be built, naming its file. */
export function notBuilt(where: string, cause: unknown): LowbitError {
  if (isLowbitError(cause)) {
    const [first, ...rest] = cause.problems.map((problem) => inFile(where, problem));
    return new LowbitError([first as Problem, ...rest], { cause });
  }
  const received = cause instanceof Error ? cause.message : String(cause);
  const expected = 'a topology that TensorFlow.js builds, and weights that fit it';
  const remedy = 'Save or convert the model again.';
  return new LowbitError({ code: 'model-malformed', where, expected, received, remedy }, { cause });
}

/** A problem of what `load` calls `model`, since a handler has no name. */
function inFile(file: string, problem: Problem): Problem {
  const where = [file, problem.where.replace(/^model(?:: |$)/, '')].filter((part) => part !== '').join(': ');
  if (problem.code === 'unknown-plugin')
    return { ...problem, where, remedy: 'Give the file or the package of that method with --plugin.' };
  if (problem.code !== 'layer-unsupported') return { ...problem, where };
  const remedy =
    `The command line cannot load classes of your own. In a program, register it with ` +
    `tf.serialization.registerClass(${problem.received}) and quantize with @lowbit/tfjs.`;
  return { ...problem, where, expected: 'layer classes of TensorFlow.js', remedy };
}
