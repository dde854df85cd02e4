import type { StorageForm } from '@lowbit/tfjs';
import { modelArtifacts } from '@lowbit/tfjs-format';
import type { io } from '@tensorflow/tfjs-core';

import type { Tfjs } from '../runtime/load-tfjs.js';
import type { OpenedModel } from './open-model.js';
import type { TfjsFile } from './read-model.js';

/** Opens a graph model, which is quantized by its artifacts and never run. */
export async function openGraph(
  { lowbit }: Tfjs,
  file: TfjsFile,
  form: StorageForm = {},
): Promise<OpenedModel<io.ModelArtifacts>> {
  return {
    port: lowbit.graphModel(
      { load: async () => modelArtifacts(file.json, file.weights) as io.ModelArtifacts },
      form,
    ),
    inputs: () => [],
    save: (result, handler, options) => lowbit.saveGraph(result, handler, options),
    dispose: () => undefined,
  };
}
