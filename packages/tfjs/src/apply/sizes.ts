import type { StorageNote } from '@lowbit/core';
import { type BiasNote, defined, sizeOf } from '@lowbit/core/adapter';
import { isPacked } from '@lowbit/tfjs-format';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { noFolding, type Folding } from '../fold/find-folds.js';
import { variableOf } from '../fold/folded-values.js';
import type { StoredTensor } from '../form/store-tensor.js';
import { layersJsonBytes } from '../io/file-bytes.js';
import { expansionNote } from '../io/stored-form.js';
import { storedForms } from '../io/stored-forms.js';
import { surveyModel } from '../model/survey.js';

const kept =
  "stored size is that of lowbit's container; TensorFlow.js has no packed tensors and keeps float32 in memory";

/**
 * How each quantized weight is kept: in a file, and as float32 in the running model; how the file that `load` read had it; and what
 * became of biases, by the ids of weights.
 */
export function storageNotes(
  model: LayersModel,
  stored: ReadonlyMap<string, StoredTensor>,
  biases: ReadonlyMap<string, BiasNote>,
): StorageNote[] {
  const forms = storedForms(model);
  return [...stored].map(([id, tensor]) => ({
    ...storageNote(id, tensor, expansionNote(forms.get(id))),
    ...defined({ bias: biases.get(id) }),
  }));
}

function storageNote(id: string, tensor: StoredTensor, expansion: string | undefined): StorageNote {
  const { spec, bytes } = tensor.stored;
  const [form, reason] = isPacked(spec) ? ['float at run time', kept] : [tensor.form, tensor.reason];
  return {
    id,
    form,
    storedBytes: bytes.length,
    memoryBytes: sizeOf(spec.shape) * Float32Array.BYTES_PER_ELEMENT,
    reason: [reason, expansion].filter((part) => part !== undefined).join('; '),
    ...(tensor.differs ? { written: tensor.values } : {}),
  };
}

/**
 * Bytes of all files of the model as it is, and with the quantized weights packed, normalizations folded and the plan in its metadata.
 * Shared weights count once.
 *
 * @param copy The result.
 * @param kept Bytes in a file of weights that were quantized before, by id.
 */
export function modelBytes(
  model: LayersModel,
  copy: LayersModel,
  notes: readonly StorageNote[],
  kept: ReadonlyMap<string, number>,
  folding = noFolding,
): { before: number; after: number } {
  const unique = new Map(
    surveyModel(model).flatMap(({ variables }) =>
      variables.map(({ id, variable }) => [id, kept.get(id) ?? bytesOf(variable)]),
    ),
  );
  const before = [...unique.values()].reduce((sum, bytes) => sum + bytes, 0);
  const saved = notes.reduce((sum, { id, storedBytes }) => sum + (unique.get(id) as number) - storedBytes, 0);
  const after = before - saved - foldedBytes(folding) + addedBytes(model, copy, folding);
  return { before: before + layersJsonBytes(model, before), after: after + layersJsonBytes(copy, after) };
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

/** What layers have more in the result, apart from those that take a normalization in. */
function addedBytes(model: LayersModel, copy: LayersModel, { folds }: Folding): number {
  const results = surveyModel(copy);
  const added = surveyModel(model).flatMap(({ layer, variables }, i) => {
    const keys = new Set(variables.map(({ key }) => key));
    return folds.has(layer) ? [] : (results[i]?.variables ?? []).filter(({ key }) => !keys.has(key));
  });
  return [...new Set(added.map(({ variable }) => variable))].reduce(
    (sum, variable) => sum + bytesOf(variable),
    0,
  );
}

function bytesOf(variable: LayerVariable): number {
  return tf.util.sizeFromShape(variable.shape as number[]) * tf.util.bytesPerElement(variable.dtype);
}
