import type { PackedTensor } from '@lowbit/core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { surveyModel } from './survey.js';

const known = new WeakMap<LayersModel, () => ReadonlyMap<string, PackedTensor>>();

/** The packed form of the model's quantized weights, by id; empty for a model that lowbit did not make or load. */
export function packedWeights(model: LayersModel): ReadonlyMap<string, PackedTensor> {
  return known.get(model)?.() ?? new Map();
}

/** Remembers the packed form as long as the model lives. */
export function rememberPacked(model: LayersModel, weights: ReadonlyMap<string, PackedTensor>): void {
  known.set(model, () => weights);
}

/** The same of packed weights by the names in the file that the model was loaded from; which they are is looked up when somebody asks. */
export function rememberPackedByName(model: LayersModel, packed: ReadonlyMap<string, PackedTensor>): void {
  known.set(model, () => {
    const byId = surveyModel(model).flatMap(({ variables }) =>
      variables.flatMap(({ id, variable }) => {
        const tensor = packed.get(variable.originalName);
        return tensor === undefined ? [] : [[id, tensor] as const];
      }),
    );
    const found = new Map(byId);
    rememberPacked(model, found);
    return found;
  });
}
