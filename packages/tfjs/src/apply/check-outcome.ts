import type { Outcome } from '@lowbit/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { surveyModel } from '../model/survey.js';
import { checkTensors } from './check-tensors.js';

/** Checks that every tensor of the outcome belongs to a weight of the model. Throws `plan-mismatch`. */
export function checkOutcome(model: LayersModel, outcome: Outcome): void {
  const shapes = surveyModel(model).flatMap(({ variables }) =>
    variables.map(({ id, variable }) => [id, variable.shape] as const),
  );
  checkTensors(new Map(shapes), outcome);
}
