import type { WeightSpec } from '@lowbit/tfjs-format';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { surveyModel } from '../model/survey.js';

const known = new WeakMap<LayersModel, () => ReadonlyMap<string, WeightSpec>>();

/** How the model's weights are stored in the file that `load` read, or were planned to be, by id; empty for another model. */
export function storedForms(model: LayersModel): ReadonlyMap<string, WeightSpec> {
  return known.get(model)?.() ?? new Map();
}

/** Remembers how weights are stored, by id, as long as the model lives. */
export function rememberForms(model: LayersModel, forms: ReadonlyMap<string, WeightSpec>): void {
  known.set(model, () => forms);
}

/** The same of a file that has these specifications; which weight has which is looked up when somebody asks. */
export function rememberSpecs(model: LayersModel, specs: readonly WeightSpec[]): void {
  known.set(model, () => {
    const forms = formsById(model, specs);
    rememberForms(model, forms);
    return forms;
  });
}

function formsById(model: LayersModel, specs: readonly WeightSpec[]): ReadonlyMap<string, WeightSpec> {
  const byName = new Map(
    specs.flatMap((spec) => [withoutCell(spec.name), spec.name].map((name) => [name, spec] as const)),
  );
  const byId = surveyModel(model).flatMap(({ variables }) =>
    variables.flatMap(({ id, variable }) => {
      const spec = byName.get(variable.originalName);
      return spec === undefined ? [] : [[id, spec] as const];
    }),
  );
  return new Map(byId);
}

/** Keras writes the cell into the names of recurrent weights, `lstm/lstm_cell/kernel`; TensorFlow.js leaves it out. */
function withoutCell(name: string): string {
  const parts = name.split('/');
  return [...parts.slice(0, -2), parts.at(-1)].join('/');
}
