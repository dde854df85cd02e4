import type { PackedTensor } from '@lowbit/core';
import { artifactWeights, expandWeight, type StoredWeight, type WeightSpec } from '@lowbit/tfjs-format';
import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { surveyModel } from '../model/survey.js';
import { fingerprint } from '../model/fingerprint.js';
import { planOf } from '../model/plan-record.js';
import { recordsIn, type WrittenWeight } from '../model/weight-records.js';
import { packedWeights } from '../model/packed-weights.js';
import { saveWeight, type WantedStorage, type WeightToSave } from './save-weight.js';
import { storedForms } from './stored-forms.js';

/** A weight as a file stores it, what that costs, and what is written under which id. */
export interface ModelWeightToSave extends WeightToSave {
  readonly written: WrittenWeight;
}

/** The weights of the artifacts as they are to be stored. */
export async function storeModelWeights(
  model: LayersModel,
  artifacts: io.ModelArtifacts,
  wanted: WantedStorage,
): Promise<readonly ModelWeightToSave[]> {
  const packed = byName(model, packedWeights(model));
  const forms = byName(model, storedForms(model));
  const ids = idsByName(model);
  const isFloat = planOf(model)?.form?.['plain'] === 'float32';
  const records = recordsIn(model.getUserDefinedMetadata());
  return artifactWeights(artifacts, model.name).map((weight) => {
    const { name } = weight.spec;
    const id = ids.get(name) ?? name;
    const isMade = () => !isFloat && records.get(id)?.values === fingerprint(expandWeight(weight, id));
    const toSave = saveWeight(weight, { packed: packed.get(name), spec: forms.get(name), isMade }, wanted);
    return { ...toSave, written: writtenWeight(id, weight, toSave) };
  });
}

/** What the model has and what the file stands for. */
export function writtenWeight(
  id: string,
  weight: StoredWeight,
  { stored, saved }: WeightToSave,
): WrittenWeight {
  const values = () => expandWeight(weight, id);
  return saved.sqnrDb === null ? { id, values } : { id, values, stored: () => expandWeight(stored, id) };
}

function idsByName(model: LayersModel): ReadonlyMap<string, string> {
  const variables = surveyModel(model).flatMap((layer) => layer.variables);
  return new Map(variables.map(({ id, variable }) => [variable.originalName, id]));
}

/** What is known by the ids of variables, by their names in the file. */
function byName<T extends PackedTensor | WeightSpec>(
  model: LayersModel,
  byId: ReadonlyMap<string, T>,
): Map<string, T> {
  return new Map(
    surveyModel(model).flatMap(({ variables }) =>
      variables.flatMap(({ id, variable }) => {
        const known = byId.get(id);
        return known === undefined ? [] : [[variable.originalName, known] as const];
      }),
    ),
  );
}
