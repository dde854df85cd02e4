import { inShape, modelLayout, storePacked, type WeightSpec } from '@lowbit/tfjs-format';
import type { io } from '@tensorflow/tfjs-core';
import { version_layers as version, type LayersModel } from '@tensorflow/tfjs-layers';
import { defined } from '@lowbit/core/adapter';
import { variablesOf } from '../model/internals.js';
import { packedWeights } from '../model/packed-weights.js';
import { surveyModel } from '../model/survey.js';
import { topologyOf } from '../model/topology.js';
import { storedForms } from './stored-forms.js';

/** What a file says of a layers model besides its weights: as TensorFlow.js itself saves it, without the optimizer, the topology repaired. */
export function layersMembers(model: LayersModel): io.ModelArtifacts {
  const metadata = model.getUserDefinedMetadata() as io.ModelArtifacts['userDefinedMetadata'];
  return {
    modelTopology: topologyOf(model),
    format: 'layers-model',
    generatedBy: `TensorFlow.js tfjs-layers v${version}`,
    convertedBy: null,
    ...defined({ userDefinedMetadata: metadata }),
  };
}

/**
 * Bytes of the `model.json` of a model with such weights.
 *
 * @param weightBytes Of all weight files.
 */
export function jsonBytes(
  artifacts: io.ModelArtifacts,
  weightSpecs: readonly WeightSpec[],
  weightBytes: number,
): number {
  return new TextEncoder().encode(modelLayout({ ...artifacts, weightSpecs }, weightBytes).json).length;
}

/** The same of the files of a model that lowbit did not make: without plans. */
export function plainJsonBytes(
  artifacts: io.ModelArtifacts,
  specs: readonly WeightSpec[],
  bytes: number,
): number {
  const { userDefinedMetadata, ...members } = artifacts;
  if (userDefinedMetadata === undefined) return jsonBytes(members, specs, bytes);
  const others = Object.fromEntries(
    Object.entries(userDefinedMetadata).filter(([name]) => name !== 'lowbit'),
  );
  const isOurs = Object.keys(others).length === 0;
  return jsonBytes(isOurs ? members : { ...members, userDefinedMetadata: others }, specs, bytes);
}

/** Bytes of the `model.json` of a layers model whose weights are stored as it is known of them. */
export function layersJsonBytes(model: LayersModel, weightBytes: number): number {
  return jsonBytes(layersMembers(model), specsOf(model), weightBytes);
}

/** How the weights of a model are stored, in the order of a file. */
function specsOf(model: LayersModel): WeightSpec[] {
  const [packed, forms] = [packedWeights(model), storedForms(model)];
  const ids = new Map(
    surveyModel(model).flatMap(({ variables }) =>
      variables.map(({ id, variable }) => [variable.originalName, id]),
    ),
  );
  return variablesOf(model).map(({ originalName: name, dtype, shape }): WeightSpec => {
    const plain = { name, shape: shape as number[], dtype: dtype as WeightSpec['dtype'] };
    const id = ids.get(name) ?? name;
    const codes = packed.get(id);
    if (codes !== undefined) return inShape(storePacked(name, codes), plain.shape).spec;
    const form = forms.get(id);
    return form === undefined ? plain : { ...form, name };
  });
}
