import type { layers, LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { assignValues } from '../model/assign-values.js';
import { surveyModel } from '../model/survey.js';
import type { Folding } from './find-folds.js';
import { foldedValues, variableOf } from './folded-values.js';

/**
 * Gives the folded layers of `copy`, which has the folded topology of `model`, their biases, and their kernels where
 * `isQuantized` does not say that they have been written.
 */
export async function writeFolded(
  model: LayersModel,
  copy: LayersModel,
  { folds }: Folding,
  isQuantized: (id: string) => boolean,
): Promise<void> {
  const targets = surveyModel(copy);
  for (const [i, { layer, variables }] of surveyModel(model).entries()) {
    const fold = folds.get(layer);
    if (fold === undefined) continue;
    const { kernel, bias } = await foldedValues(fold);
    const target = targets[i]?.layer as layers.Layer;
    assignValues(variableOf(target, 'bias') as LayerVariable, bias);
    const { id } = variables.find(({ key }) => key === fold.kernel.variable) as { id: string };
    if (!isQuantized(id)) assignValues(variableOf(target, fold.kernel.variable) as LayerVariable, kernel);
  }
}
