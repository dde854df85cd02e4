import type { Applied, ModelWriter, Outcome } from '@lowbit/core/adapter';
import { isPacked, packedOf, type StoredWeight } from '@lowbit/tfjs-format';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { registerQuantizedInput } from '../activations/quantized-input-layer.js';
import { wrapTopology } from '../activations/wrap-topology.js';
import { writableSites } from '../activations/writable-sites.js';
import { correctBiases } from '../biases/correct-biases.js';
import { biasedTopology, type CorrectedLayers, correctedLayers } from '../biases/corrected-layers.js';
import type { Folding, FoldingOf } from '../fold/find-folds.js';
import { foldTopology } from '../fold/fold-topology.js';
import { writeFolded } from '../fold/write-folded.js';
import type { StorageForm } from '../form/storage-form.js';
import type { StoredTensor } from '../form/store-tensor.js';
import { weightStore } from '../form/store-weights.js';
import { rememberPacked } from '../model/packed-weights.js';
import { quantizedBefore } from '../io/quantized-before.js';
import { rememberForms, storedForms } from '../io/stored-forms.js';
import { disposeWeights } from '../model/dispose-weights.js';
import { recordPlan } from '../model/plan-record.js';
import { rebuild } from '../model/rebuild.js';
import { shapesOf } from '../model/survey.js';
import { topologyOf } from '../model/topology.js';
import { runModel } from '../observe/run.js';
import { keptBytes, keptWeights } from './kept-weights.js';
import { modelBytes, storageNotes } from './sizes.js';
import { writeWeights } from './write-weights.js';

/**
 * A new model with the values that the stored weights stand for, normalizations folded, and the plan in its metadata; `model` stays
 * as it is. The new model is not compiled, and the caller disposes it. When this fails, no tensor is left behind.
 */
export function modelWriter(
  model: LayersModel,
  outcome: Outcome,
  foldingOf: FoldingOf,
  form: StorageForm,
): ModelWriter<LayersModel> {
  const weights = weightStore(outcome, shapesOf(model), form);
  const shifts = new Map<string, Float32Array>();
  return {
    add(id, tensor, shift) {
      weights.add(id, tensor);
      if (shift !== undefined) shifts.set(id, shift);
    },
    finish: () => written(model, outcome, { stored: weights.all(), shifts }, foldingOf, form),
  };
}

interface WrittenWeights {
  readonly stored: ReadonlyMap<string, StoredTensor>;
  /** What their biases take off, by id. */
  readonly shifts: ReadonlyMap<string, Float32Array>;
}

async function written(
  model: LayersModel,
  outcome: Outcome,
  { stored, shifts }: WrittenWeights,
  foldingOf: FoldingOf,
  form: StorageForm,
): Promise<Applied<LayersModel>> {
  const before = await quantizedBefore(model);
  const folding = foldingOf(before);
  const kept = keptWeights(model, before, stored, form);
  const { sites, notes } = writableSites(model, outcome.activations);
  const corrected = correctedLayers(model, new Set(shifts.keys()), folding);
  const copy = await rebuild(model, newTopology(model, sites, folding, corrected));
  const values = new Map([...stored].map(([id, each]) => [id, each.values]));
  let biases: Awaited<ReturnType<typeof correctBiases>>;
  try {
    writeWeights(model, copy, values, folding);
    await writeFolded(model, copy, folding, (id) => stored.has(id));
    biases = await correctBiases(model, copy, shifts, corrected);
    recordPlan(copy, model, outcome.plan, values);
    rememberStored(model, copy, [...kept, ...[...stored].map(([id, each]) => [id, each.stored] as const)]);
  } catch (error) {
    disposeWeights(copy);
    throw error;
  }
  const storage = storageNotes(model, stored, biases);
  const bytes = modelBytes(model, copy, storage, keptBytes(model, before, kept), folding);
  return {
    model: copy,
    storage,
    activations: notes,
    modelBytes: bytes,
    run: (batches, options) => runModel(copy, batches, options),
  };
}

/** Lets the copy be saved as its weights are stored: the quantized ones in their forms, the others as the model's file had them. */
function rememberStored(
  model: LayersModel,
  copy: LayersModel,
  weights: readonly (readonly [id: string, stored: StoredWeight])[],
): void {
  const packed = weights.filter(([, { spec }]) => isPacked(spec));
  const plain = weights.filter(([, { spec }]) => !isPacked(spec));
  rememberPacked(copy, new Map(packed.map(([id, weight]) => [id, packedOf(weight, id)])));
  rememberForms(
    copy,
    new Map([...storedForms(model), ...plain.map(([id, { spec }]) => [id, spec] as const)]),
  );
}

/** The topology with normalizations folded, biases where there were none, and the plan's activation quantizers in it. */
function newTopology(
  model: LayersModel,
  sites: Outcome['activations'],
  folding: Folding,
  { made }: CorrectedLayers,
) {
  const topology = biasedTopology(foldTopology(topologyOf(model), model, folding), model, made);
  if (sites.size === 0) return topology;
  registerQuantizedInput([...sites.values()].map(({ quantizer }) => quantizer));
  return wrapTopology(topology, model, sites);
}
