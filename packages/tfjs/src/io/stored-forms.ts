import type { WeightSpec } from '@lowbit/keras';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { surveyModel } from '../model/survey.js';

const known = new WeakMap<LayersModel, ReadonlyMap<string, WeightSpec>>();

/** How the model's weights were stored in the file that `load` read, by id; empty for another model. */
export function storedForms(model: LayersModel): ReadonlyMap<string, WeightSpec> {
  return known.get(model) ?? new Map();
}

/** Remembers how weights were stored, as long as the model lives. */
export function rememberForms(model: LayersModel, specs: readonly WeightSpec[]): void {
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  const byId = surveyModel(model).flatMap(({ variables }) =>
    variables.flatMap(({ id, variable }) => {
      const spec = byName.get(variable.originalName);
      return spec === undefined ? [] : [[id, spec] as const];
    }),
  );
  known.set(model, new Map(byId));
}
