import type { Applied, Outcome } from '@lowbit/core';
import { isPacked, packedOf } from '@lowbit/keras';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { registerQuantizedInput } from '../activations/quantized-input-layer.js';
import { wrapTopology } from '../activations/wrap-topology.js';
import { writableSites } from '../activations/writable-sites.js';
import { noFolding, type Folding } from '../fold/find-folds.js';
import { foldTopology } from '../fold/fold-topology.js';
import { writeFolded } from '../fold/write-folded.js';
import type { StorageForm } from '../form/storage-form.js';
import { storeTensor, type StoredTensor } from '../form/store-tensor.js';
import { rememberPacked } from '../io/packed-weights.js';
import { rememberForms, storedForms } from '../io/stored-forms.js';
import { disposeWeights } from '../model/dispose-weights.js';
import { recordPlan } from '../model/plan-record.js';
import { rebuild } from '../model/rebuild.js';
import { topologyOf } from '../model/topology.js';
import { checkOutcome } from './check-outcome.js';
import { modelBytes, storageNotes } from './sizes.js';
import { writeWeights } from './write-weights.js';

/**
 * A new model with the values that the stored weights stand for, normalizations folded, and the plan in its metadata; `model` stays
 * as it is. The new model is not compiled, and the caller disposes it. When this fails, no tensor is left behind.
 */
export async function applyOutcome(
  model: LayersModel,
  outcome: Outcome,
  folding = noFolding,
  form: StorageForm = {},
): Promise<Applied<LayersModel>> {
  checkOutcome(model, outcome);
  const stored = new Map([...outcome.weights].map(([id, tensor]) => [id, storeTensor(id, tensor, form)]));
  const storage = storageNotes(model, stored);
  const { sites, notes } = writableSites(model, outcome.activations);
  const copy = await rebuild(model, newTopology(model, sites, folding));
  try {
    writeWeights(model, copy, new Map([...stored].map(([id, { values }]) => [id, values])), folding);
    await writeFolded(model, copy, folding, (id) => outcome.weights.has(id));
    recordPlan(copy, model, outcome.plan);
    rememberStored(model, copy, stored);
  } catch (error) {
    disposeWeights(copy);
    throw error;
  }
  return { model: copy, storage, activations: notes, modelBytes: modelBytes(model, storage, folding) };
}

/** Lets the copy be saved as its weights are stored: the quantized ones anew, the others as the model's file had them. */
function rememberStored(
  model: LayersModel,
  copy: LayersModel,
  stored: ReadonlyMap<string, StoredTensor>,
): void {
  const weights = [...stored].map(([id, each]) => [id, each.stored] as const);
  const packed = weights.filter(([, { spec }]) => isPacked(spec));
  const plain = weights.filter(([, { spec }]) => !isPacked(spec));
  rememberPacked(copy, new Map(packed.map(([id, weight]) => [id, packedOf(weight, id)])));
  rememberForms(
    copy,
    new Map([...storedForms(model), ...plain.map(([id, { spec }]) => [id, spec] as const)]),
  );
}

/** The topology with normalizations folded and the plan's activation quantizers in it. */
function newTopology(model: LayersModel, sites: Outcome['activations'], folding: Folding) {
  const topology = foldTopology(topologyOf(model), model, folding);
  if (sites.size === 0) return topology;
  registerQuantizedInput([...sites.values()].map(({ quantizer }) => quantizer));
  return wrapTopology(topology, model, sites);
}
