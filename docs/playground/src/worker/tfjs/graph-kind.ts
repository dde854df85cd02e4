import { sizeOf } from '@lowbit/core/adapter';
import { graphModel, saveGraph } from '@lowbit/tfjs';
import { loadGraph } from '@lowbit/tfjs/graph';
import type { io, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { ModelValue } from 'lowbit/browser';
import type { TfjsKind } from './tfjs-kind.js';

/** Opens a graph model, packed by lowbit or made by the converter of TensorFlow.js. */
export async function graphKind(original: io.ModelArtifacts): Promise<TfjsKind<io.ModelArtifacts>> {
  const loaded = await loadGraph(original);
  const [inputs, outputs] = [loaded.inputs.map(valueOf), loaded.outputs.map(valueOf)];
  loaded.dispose();
  const names = outputs.map(({ name }) => name);
  return {
    title: 'graph model',
    original,
    port: (form) => graphModel(original, form),
    inputs,
    outputs,
    parameters: (original.weightSpecs ?? []).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    async start(artifacts) {
      const model = await loadGraph(artifacts);
      return {
        predict: async (tensors) => [(await model.executeAsync(tensors, names)) as Tensor | Tensor[]].flat(),
        dispose: () => model.dispose(),
      };
    },
    save: saveGraph,
    dispose: () => undefined,
  };
}

/** Open sizes are -1 in TensorFlow.js, or the whole shape is missing; nodes without an element type have floats. */
function valueOf({ name, dtype, shape }: Partial<TensorInfo> & { name: string }): ModelValue {
  return { name, type: dtype ?? 'float32', shape: shape?.map((size) => (size > 0 ? size : null)) ?? null };
}
