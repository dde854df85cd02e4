import { inShape, storedBytes, storePacked, type StoredWeight } from '@lowbit/tfjs-format';
import type { PackedTensor } from '@lowbit/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { keepForm } from '../form/keep-form.js';
import type { StorageForm } from '../form/storage-form.js';
import { packedWeights } from '../model/packed-weights.js';
import { storedForms } from '../io/stored-forms.js';
import { shapesOf } from '../model/survey.js';

/** The packed weights that an earlier run made and this one leaves, as the form takes them. */
export function keptWeights(
  model: LayersModel,
  before: ReadonlyMap<string, string>,
  stored: ReadonlyMap<string, unknown>,
  form: StorageForm,
): ReadonlyMap<string, StoredWeight> {
  const left = [...packedWeights(model)].filter(([id]) => before.has(id) && !stored.has(id));
  const shapes = shapesOf(model);
  const storedAs = (id: string, packed: PackedTensor) =>
    inShape(storePacked(id, packed), shapes.get(id) ?? packed.header.shape);
  return new Map(left.map(([id, packed]) => [id, keepForm(storedAs(id, packed), form)]));
}

/** What weights that were quantized before take in a file, where they keep a small form. */
export function keptBytes(
  model: LayersModel,
  before: ReadonlyMap<string, string>,
  kept: ReadonlyMap<string, StoredWeight>,
): ReadonlyMap<string, number> {
  const forms = [...storedForms(model)].filter(([id]) => before.has(id));
  return new Map([
    ...forms.map(([id, spec]) => [id, storedBytes(spec)] as const),
    ...[...kept].map(([id, { bytes }]) => [id, bytes.length] as const),
  ]);
}
