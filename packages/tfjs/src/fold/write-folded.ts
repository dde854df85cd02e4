import * as tf from '@tensorflow/tfjs-core';
import type { layers, LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
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
    write(variableOf(target, 'bias') as LayerVariable, bias);
    const { id } = variables.find(({ key }) => key === fold.kernel.variable) as { id: string };
    if (!isQuantized(id)) write(variableOf(target, fold.kernel.variable) as LayerVariable, kernel);
  }
}

/** Past the variable's constraint, bit for bit. */
function write(variable: LayerVariable, values: Float32Array): void {
  const tensor = tf.tensor(values, variable.shape as number[], 'float32');
  (variable.read() as tf.Variable).assign(tensor);
  tensor.dispose();
}
