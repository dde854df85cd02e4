import { graphModel, saveGraph } from '@lowbit/tfjs';
import { loadGraph } from '@lowbit/tfjs/graph';
import { fileSystem } from '@lowbit/tfjs/node';
import type { io, Tensor } from '@tensorflow/tfjs-core';
import type { Call, TfjsSubject } from './subject.js';

/** A graph model, given by its artifacts. */
export function graphSubject(
  name: string,
  artifacts: () => Promise<io.ModelArtifacts>,
  calls: () => readonly Call[],
): TfjsSubject<io.ModelArtifacts> {
  return {
    name,
    staysPacked: false,
    load: artifacts,
    calls,
    port: (model) => graphModel(model),
    save: (model, folder) => saveGraph(model, fileSystem(folder)),
    open: async (folder) => {
      const model = await loadGraph(fileSystem(folder));
      return { predict: (inputs) => model.predict(inputs) as Tensor, close: () => model.dispose() };
    },
    release: () => undefined,
  };
}
