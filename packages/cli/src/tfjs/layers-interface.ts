import type { ModelValue } from '@lowbit/report';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';

import type { ModelInterface } from '../model/model-interface.js';

/** What a layers model asks for and what it gives, in its order. */
export function layersInterface(model: LayersModel): ModelInterface {
  return {
    inputs: valuesOf(model.inputNames, model.inputs),
    outputs: valuesOf(model.outputNames, model.outputs),
    externalFiles: [],
  };
}

function valuesOf(names: readonly string[], tensors: readonly SymbolicTensor[]): readonly ModelValue[] {
  return names.map((name, i) => {
    const { shape, dtype } = tensors[i] as SymbolicTensor;
    return { name, type: dtype, shape: [...shape] };
  });
}
