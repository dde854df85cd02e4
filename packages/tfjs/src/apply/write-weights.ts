import { decode, LowbitError, type QuantizedTensor } from '@lowbit/core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import { noFolding } from '../fold/find-folds.js';
import { assignTensor, assignValues } from '../model/assign-values.js';
import { surveyModel, type ModelLayer, type ModelVariable } from '../model/survey.js';

/**
 * Gives `copy`, which has the topology of `model`, its weights: decoded where `tensors` has the weight's id, or what is given there
 * as its values, the original value elsewhere. Values are written past the layers' constraints, so they arrive bit for bit. Normalizations that
 * are folded have no place in the copy.
 */
export function writeWeights(
  model: LayersModel,
  copy: LayersModel,
  tensors: ReadonlyMap<string, QuantizedTensor | (() => Float32Array)>,
  { norms } = noFolding,
): void {
  const targets = surveyModel(copy);
  surveyModel(model).forEach((source, i) => {
    if (norms.has(source.layer)) return;
    for (const entry of source.variables) {
      const target = counterpart(entry, source, targets[i]);
      const tensor = tensors.get(entry.id);
      if (tensor === undefined) tf.tidy(() => assignTensor(target, entry.variable.read()));
      else assignValues(target, typeof tensor === 'function' ? tensor() : decode(tensor));
      target.trainable = entry.variable.trainable;
    }
  });
}

function counterpart(
  entry: ModelVariable,
  source: ModelLayer,
  target: ModelLayer | undefined,
): LayerVariable {
  const found = target?.variables.find(({ key }) => key === entry.key)?.variable;
  if (found !== undefined && String(found.shape) === String(entry.variable.shape)) return found;
  throw new LowbitError({
    code: 'layer-unsupported',
    where: entry.id,
    expected: `a weight ${entry.key} of shape [${entry.variable.shape}] after the layer is made again`,
    received: found === undefined ? 'no such weight' : `shape [${found.shape}]`,
    remedy: `Let getConfig of ${source.layer.getClassName()} return everything that its constructor needs.`,
  });
}
