import type { PackedTensor } from '@lowbit/core';
import { storedWeights, type StoredWeight, type WeightSpec } from '@lowbit/keras';
import type { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { bytesOf } from '../load/weight-data.js';
import { surveyModel } from '../model/survey.js';
import { packedWeights } from './packed-weights.js';
import { saveWeight, type SavedWeight, type WantedStorage } from './save-weight.js';
import { storedForms } from './stored-forms.js';

/** The weights of the artifacts as they are to be stored, and what that costs. */
export async function storeModelWeights(
  model: LayersModel,
  artifacts: io.ModelArtifacts,
  wanted: WantedStorage,
): Promise<{ readonly stored: readonly StoredWeight[]; readonly weights: readonly SavedWeight[] }> {
  const packed = byName(model, packedWeights(model));
  const forms = byName(model, storedForms(model));
  const specs = (artifacts.weightSpecs ?? []) as unknown as WeightSpec[];
  const pairs = storedWeights(specs, bytesOf(artifacts.weightData), model.name).map((weight) => {
    const { name } = weight.spec;
    return saveWeight(weight, { packed: packed.get(name), spec: forms.get(name) }, wanted);
  });
  return { stored: pairs.map(({ stored }) => stored), weights: pairs.map(({ saved }) => saved) };
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
