import type { ModelValue, RunnableModel } from '@lowbit/core/adapter';
import * as tf from '@tensorflow/tfjs-core';
import type { GraphModel } from '@tensorflow/tfjs-converter';
import { checkGraph } from '../model/wrong-source.js';
import { naming } from '../observe/naming.js';
import { checkName, inputTensors, outputValues } from '../observe/runnable-tensors.js';
import { executed, type RunningGraph } from './run-graph.js';
import { mendWasmKernels } from '../wasm-kernels/mend-wasm-kernels.js';

/**
 * A graph model in the form in which models of any runtime are run and compared, as `runnableLayers` makes it of a layers model.
 *
 * @param name - what it is called in errors
 * @throws LowbitError `invalid-argument`.
 * @returns A model whose `run` throws LowbitError `invalid-argument` for an input that is not given, and `runtime-failed`.
 * @example
 * const small = runnableGraph(await loadGraph('https://example.org/small/model.json'));
 */
export function runnableGraph(model: GraphModel, name = 'model'): RunnableModel {
  checkGraph(model, 'runnableGraph(model)', 'runnableLayers()');
  checkName(name, 'runnableGraph(model, name)');
  mendWasmKernels();
  const [inputs, outputs] = [valuesOf(model.inputs), valuesOf(model.outputs)];
  const outputNames = outputs.map((output) => output.name);
  return {
    name,
    inputs,
    outputs,
    run: (given) =>
      naming(name, async () => {
        const tensors = inputTensors(inputs, given);
        try {
          const fed = Object.fromEntries(inputs.map((input, i) => [input.name, tensors[i] as tf.Tensor]));
          return await outputValues(outputs, await executed(model as RunningGraph, fed, outputNames));
        } finally {
          tf.dispose(tensors);
        }
      }),
    close: () => model.dispose(),
  };
}

function valuesOf(infos: GraphModel['inputs']): readonly ModelValue[] {
  return infos.map(({ name, dtype, shape }) => ({
    name,
    type: (dtype as string | undefined) ?? 'float32', // A node may leave it out.
    shape: shape === undefined ? null : shape.map((size) => (size < 0 ? null : size)),
  }));
}
