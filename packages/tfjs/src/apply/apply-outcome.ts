import { packTensor, type Applied, type Outcome, type PackedTensor } from '@lowbit/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { registerQuantizedInput } from '../activations/quantized-input-layer.js';
import { wrapTopology } from '../activations/wrap-topology.js';
import { noFolding, type Folding } from '../fold/find-folds.js';
import { foldTopology } from '../fold/fold-topology.js';
import { writeFolded } from '../fold/write-folded.js';
import { rememberPacked } from '../io/packed-weights.js';
import { disposeWeights } from '../model/dispose-weights.js';
import { recordPlan } from '../model/plan-record.js';
import { rebuild } from '../model/rebuild.js';
import { topologyOf } from '../model/topology.js';
import { checkOutcome } from './check-outcome.js';
import { modelBytes, storageNotes } from './sizes.js';
import { writeWeights } from './write-weights.js';

/**
 * A new model with the decoded weights, normalizations folded, and the plan in its metadata; `model` stays as it is. The new model is
 * not compiled, and the caller disposes it. When this fails, no tensor is left behind.
 */
export async function applyOutcome(
  model: LayersModel,
  outcome: Outcome,
  folding = noFolding,
): Promise<Applied<LayersModel>> {
  checkOutcome(model, outcome);
  const storage = storageNotes(model, outcome);
  const copy = await rebuild(model, newTopology(model, outcome, folding));
  try {
    writeWeights(model, copy, outcome.weights, folding);
    await writeFolded(model, copy, folding, (id) => outcome.weights.has(id));
    recordPlan(copy, model, outcome.plan);
    rememberPacked(copy, packAll(outcome));
  } catch (error) {
    disposeWeights(copy);
    throw error;
  }
  return { model: copy, storage, modelBytes: modelBytes(model, storage, folding) };
}

function packAll({ weights }: Outcome): Map<string, PackedTensor> {
  return new Map([...weights].map(([id, tensor]) => [id, packTensor(tensor)]));
}

/** The topology with normalizations folded and the plan's activation quantizers in it. */
function newTopology(model: LayersModel, { activations }: Outcome, folding: Folding) {
  const topology = foldTopology(topologyOf(model), model, folding);
  if (activations.size === 0) return topology;
  registerQuantizedInput([...activations.values()].map(({ quantizer }) => quantizer));
  return wrapTopology(topology, model, activations);
}
