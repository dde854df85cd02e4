import { packedTensorBytes, type Outcome, type StorageNote } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { noFolding, type Folding } from '../fold/find-folds.js';
import { variableOf } from '../fold/folded-values.js';
import { expansionNote } from '../io/stored-form.js';
import { storedForms } from '../io/stored-forms.js';
import { surveyModel } from '../model/survey.js';

const kept =
  "stored size is that of lowbit's container; TensorFlow.js has no packed tensors and keeps float32 in memory";

/** How each quantized weight is kept: packed in a file, float32 in the running model; and how the file that `load` read had it. */
export function storageNotes(model: LayersModel, outcome: Outcome): StorageNote[] {
  const forms = storedForms(model);
  return [...outcome.weights].map(([id, tensor]) => ({
    id,
    form: 'float at run time',
    storedBytes: packedTensorBytes(tensor),
    memoryBytes: tensor.codes.length * Float32Array.BYTES_PER_ELEMENT,
    reason: [kept, expansionNote(forms.get(id))].filter((part) => part !== undefined).join('; '),
  }));
}

/**
 * Bytes of all weights of the model as it is, and with the quantized ones packed and normalizations folded. Shared weights count
 * once.
 */
export function modelBytes(
  model: LayersModel,
  notes: readonly StorageNote[],
  folding = noFolding,
): { before: number; after: number } {
  const unique = new Map(
    surveyModel(model).flatMap(({ variables }) =>
      variables.map(({ id, variable }) => [id, bytesOf(variable)]),
    ),
  );
  const before = [...unique.values()].reduce((sum, bytes) => sum + bytes, 0);
  const saved = notes.reduce((sum, { id, storedBytes }) => sum + (unique.get(id) as number) - storedBytes, 0);
  return { before, after: before - saved - foldedBytes(folding) };
}

/** What folding saves: the parameters of the normalizations, without the biases that take their place. */
function foldedBytes({ folds, norms }: Folding): number {
  const parameters = [...norms].flatMap((norm) => norm.weights as LayerVariable[]);
  const unbiased = [...folds.values()].filter(({ layer }) => variableOf(layer, 'bias') === undefined);
  const biases = unbiased.map(({ norm }) => variableOf(norm, 'moving_mean') as LayerVariable);
  const sum = (variables: readonly LayerVariable[]) =>
    variables.reduce((total, variable) => total + bytesOf(variable), 0);
  return sum(parameters) - sum(biases);
}

function bytesOf(variable: LayerVariable): number {
  return tf.util.sizeFromShape(variable.shape as number[]) * tf.util.bytesPerElement(variable.dtype);
}
