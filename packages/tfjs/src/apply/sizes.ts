import { packedTensorBytes, type Outcome, type StorageNote } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { surveyModel } from '../model/survey.js';

/** How each quantized weight is kept: packed in a file, float32 in the running model. */
export function storageNotes(outcome: Outcome): StorageNote[] {
  return [...outcome.weights].map(([id, tensor]) => ({
    id,
    form: 'float at run time',
    storedBytes: packedTensorBytes(tensor),
    memoryBytes: tensor.codes.length * Float32Array.BYTES_PER_ELEMENT,
    reason:
      "stored size is that of lowbit's container; TensorFlow.js has no packed tensors and keeps float32 in memory",
  }));
}

/** Bytes of all weights of the model as it is, and with the quantized ones packed. Shared weights count once. */
export function modelBytes(
  model: LayersModel,
  notes: readonly StorageNote[],
): { before: number; after: number } {
  const unique = new Map(
    surveyModel(model).flatMap(({ variables }) =>
      variables.map(({ id, variable }) => [id, bytesOf(variable)]),
    ),
  );
  const before = [...unique.values()].reduce((sum, bytes) => sum + bytes, 0);
  const saved = notes.reduce((sum, { id, storedBytes }) => sum + (unique.get(id) as number) - storedBytes, 0);
  return { before, after: before - saved };
}

function bytesOf(variable: LayerVariable): number {
  return tf.util.sizeFromShape(variable.shape as number[]) * tf.util.bytesPerElement(variable.dtype);
}
