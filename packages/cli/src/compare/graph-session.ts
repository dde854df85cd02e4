import type { ModelValue, RunnableModel } from '@lowbit/report';
import { modelArtifacts } from '@lowbit/tfjs-format';
import type { io, Tensor } from '@tensorflow/tfjs-core';

import { loadGraphLoader, type Tfjs } from '../runtime/load-tfjs.js';
import { notBuilt } from '../tfjs/build-layers.js';
import type { TfjsFile } from '../tfjs/read-model.js';
import { readAll, saying, toTensor } from './tfjs-session.js';

type GraphModel = Awaited<ReturnType<Awaited<ReturnType<typeof loadGraphLoader>>>>;

/** Loads a graph model. @throws LowbitError as `loadGraphLoader`; `model-malformed`, `packed-data`. */
export async function graphSession(tfjs: Tfjs, file: TfjsFile): Promise<RunnableModel> {
  const loadGraph = await loadGraphLoader('compare');
  const model = await loadGraph({
    load: async () => modelArtifacts(file.json, file.weights) as io.ModelArtifacts,
  }).catch((cause: unknown) => {
    throw notBuilt(file.file, cause);
  });
  const [inputs, outputs] = [valuesOf(model.inputs), valuesOf(model.outputs)];
  const names = outputs.map(({ name }) => name);
  return {
    name: file.file,
    inputs,
    outputs,
    close: () => model.dispose(),
    run: (given) =>
      saying(file.file, async () => {
        const values = inputs.map(({ name, type }) => [name, toTensor(tfjs, given[name]!, type)] as const);
        try {
          const result = (await model.executeAsync(Object.fromEntries(values), names)) as Tensor | Tensor[];
          return await readAll(names, Array.isArray(result) ? result : [result]);
        } finally {
          values.forEach(([, tensor]) => tensor.dispose());
        }
      }),
  };
}

function valuesOf(infos: GraphModel['inputs']): readonly ModelValue[] {
  return infos.map(({ name, dtype, shape }) => ({
    name,
    type: (dtype as string | undefined) ?? 'float32', // A node may leave it out.
    shape: shape === undefined ? null : shape.map((size) => (size < 0 ? null : size)),
  }));
}
