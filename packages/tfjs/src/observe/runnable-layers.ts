import { defined, type ModelInterface, type ModelValue, type RunnableModel } from '@lowbit/core/adapter';
import { distinctNames } from '@lowbit/tfjs-format';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { disposeWeights } from '../model/dispose-weights.js';
import { separateArguments } from '../model/call-arguments.js';
import { makeWeights } from '../model/internals.js';
import { checkModel } from '../model/wrong-source.js';
import { naming } from './naming.js';
import { scaledBy } from './scaled-by.js';
import { checkName, inputTensors, outputValues } from './runnable-tensors.js';
import { mendWasmKernels } from '../wasm-kernels/mend-wasm-kernels.js';

/** What a layers model takes and gives, in its order; of an input whose pictures it scales itself, by which layer. @throws LowbitError `invalid-argument` for anything else. */
export function interfaceOf(model: LayersModel): ModelInterface {
  checkModel(model, 'interfaceOf(model)', 'runnableGraph()');
  // A Sequential model that was loaded knows the names of its inputs when it is built.
  if (!model.built) makeWeights(model);
  return {
    inputs: valuesOf(model.inputNames, model.inputs).map((value, i) => ({
      ...value,
      ...defined({ scaledBy: scaledBy(model.inputs[i]!) }),
    })),
    // A layer that is called twice may give several, which TensorFlow.js calls the same.
    outputs: valuesOf(distinctNames(model.outputNames), model.outputs),
  };
}

function valuesOf(names: readonly string[], tensors: readonly SymbolicTensor[]): readonly ModelValue[] {
  return names.map((name, i) => {
    const { shape, dtype } = tensors[i] as SymbolicTensor;
    return { name, type: dtype, shape: [...shape] };
  });
}

/**
 * A layers model in the form in which models of any runtime are run and compared. It computes on the backend that is set. Closing it
 * disposes every weight of the model.
 *
 * @param name - what it is called in errors
 * @throws LowbitError `invalid-argument`.
 * @returns A model whose `run` throws LowbitError `invalid-argument` for an input that is not given, and `runtime-failed`.
 * @example
 * const comparison = await compareModels(runnableLayers(original), runnableLayers(quantized), batches);
 */
export function runnableLayers(model: LayersModel, name = 'model'): RunnableModel {
  checkModel(model, 'runnableLayers(model)', 'runnableGraph()');
  checkName(name, 'runnableLayers(model, name)');
  mendWasmKernels();
  separateArguments(model);
  const { inputs, outputs } = interfaceOf(model);
  return {
    name,
    inputs,
    outputs,
    run: (given) =>
      naming(name, () => {
        const results = tf.tidy(() => {
          const tensors = inputTensors(inputs, given);
          const result = model.predictOnBatch(tensors.length === 1 ? (tensors[0] as tf.Tensor) : tensors);
          return Array.isArray(result) ? result : [result];
        });
        return outputValues(outputs, results);
      }),
    close: () => disposeWeights(model),
  };
}
