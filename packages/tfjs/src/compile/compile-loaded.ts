import type { PackedTensor } from '@lowbit/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { disposeWeights } from '../model/dispose-weights.js';
import { packedWeights, rememberPackedByName } from '../model/packed-weights.js';
import { compile, type CompiledModel, type CompileOptions } from './compile.js';

/** Compiles a model that was just loaded, and disposes it. `packed` are its packed weights by the names in its file. */
export async function compileLoaded(
  model: LayersModel,
  packed: ReadonlyMap<string, PackedTensor>,
  options: CompileOptions,
): Promise<CompiledModel> {
  if (packedWeights(model).size === 0) rememberPackedByName(model, packed);
  try {
    return await compile(model, options);
  } finally {
    disposeWeights(model);
  }
}
