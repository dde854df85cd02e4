import { interfaceOf, load, save, tfjs } from '@lowbit/tfjs';
import { registry } from '@lowbit/tfjs/register';
import { tidy, type io } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { ModelValue } from 'lowbit/browser';
import type { TfjsKind } from './tfjs-kind.js';

/** Opens a layers model, packed by lowbit or saved by TensorFlow.js. */
export async function layersKind(artifacts: io.ModelArtifacts): Promise<TfjsKind<LayersModel>> {
  const original = await load({ load: async () => artifacts }, { registry });
  // A sequential model knows the names below only when it is built, which counting does.
  const parameters = original.countParams();
  return {
    title: 'layers model',
    original,
    port: (form) => tfjs(original, { ...form, foldBatchNorm: false }),
    inputs: interfaceOf(original).inputs,
    outputs: original.outputs.map((output, i) => valueOf(output, original.outputNames[i] as string)),
    parameters,
    start: async (model) => ({
      predict: async (inputs) =>
        tidy(() => [model.predict(model.inputNames.map((name) => inputs[name]!))].flat()),
      dispose: () => undefined,
    }),
    save,
    dispose: disposeWeights,
  };
}

function valueOf({ shape, dtype }: SymbolicTensor, name: string): ModelValue {
  return { name, type: dtype, shape };
}

/** `dispose()` of TensorFlow.js keeps the weights of layers that are applied more than once. */
function disposeWeights(model: LayersModel): void {
  new Set(model.weights).forEach((weight) => weight.dispose());
}
