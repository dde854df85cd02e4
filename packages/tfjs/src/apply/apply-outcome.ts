import type { Applied, Outcome } from '@lowbit/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { disposeWeights } from '../model/dispose-weights.js';
import { recordPlan } from '../model/plan-record.js';
import { rebuild } from '../model/rebuild.js';
import { checkOutcome } from './check-outcome.js';
import { modelBytes, storageNotes } from './sizes.js';
import { writeWeights } from './write-weights.js';

/**
 * A new model with the decoded weights and the plan in its metadata; `model` stays as it is. The new model is
 * not compiled, and the caller disposes it. When this fails, no tensor is left behind.
 */
export async function applyOutcome(model: LayersModel, outcome: Outcome): Promise<Applied<LayersModel>> {
  checkOutcome(model, outcome);
  const storage = storageNotes(outcome);
  const copy = await rebuild(model);
  try {
    writeWeights(model, copy, outcome.weights);
    recordPlan(copy, model, outcome.plan);
  } catch (error) {
    disposeWeights(copy);
    throw error;
  }
  return { model: copy, storage, modelBytes: modelBytes(model, storage) };
}
