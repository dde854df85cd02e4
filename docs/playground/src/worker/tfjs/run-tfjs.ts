import type { Batch } from '@lowbit/core';
import type { RunOutputs } from '@lowbit/onnx';
import * as tf from '@tensorflow/tfjs-core';
import type { ModelValue } from 'lowbit/browser';
import type { RunningModel } from './tfjs-kind.js';
import { onBackend } from './use-backend.js';

/**
 * Runs a model on every batch in turn, on WebAssembly as far as it has the operations. Outputs get the names of the original,
 * since a quantized copy may call them otherwise.
 */
export async function* runTfjs(
  start: () => Promise<RunningModel>,
  batches: readonly Batch[],
  { inputs, outputs }: { readonly inputs: readonly ModelValue[]; readonly outputs: readonly ModelValue[] },
): AsyncGenerator<RunOutputs> {
  const model = await start();
  try {
    for (const batch of batches) {
      const predict = () => outputsFor(model, batch, inputs);
      const values = await onBackend('wasm', predict).catch(() => onBackend('cpu', predict));
      yield Object.fromEntries(outputs.map(({ name }, i) => [name, values[i]!]));
    }
  } finally {
    model.dispose();
  }
}

async function outputsFor(model: RunningModel, batch: Batch, inputs: readonly ModelValue[]) {
  const tensors = Object.fromEntries(inputs.map((input) => [input.name, tensorOf(input, batch)]));
  const outputs = await model.predict(tensors).finally(() => tf.dispose(tensors));
  const values = outputs.map((output) => ({
    shape: output.shape,
    data: Float32Array.from(output.dataSync()),
  }));
  tf.dispose([...outputs]);
  return values;
}

function tensorOf({ name, type }: ModelValue, { inputs }: Batch): tf.Tensor {
  const { shape, data } = inputs[name] as Batch['inputs'][string];
  return tf.tensor(Array.from(data), [...shape], type as tf.DataType);
}
