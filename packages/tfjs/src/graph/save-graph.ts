import { expandWeight, isPacked, packedOf, type StoredWeight } from '@lowbit/tfjs-format';
import type { io } from '@tensorflow/tfjs-core';
import {
  checkedOptions,
  formatOf,
  saveHandler,
  saveReport,
  withWrittenRecords,
  type SaveOptions,
  type SaveReport,
  type SaveTarget,
} from '../io/save-model.js';
import {
  asStored,
  saveAsItIs,
  saveWeight,
  type WantedStorage,
  type WeightToSave,
} from '../io/save-weight.js';
import { writtenWeight } from '../io/store-model-weights.js';
import { planOfGraph } from './plan-of-graph.js';
import { readGraph } from './read-graph.js';
import { checkArtifacts } from '../model/wrong-source.js';
import { checkPlain } from '../form/storage-form.js';
import { handlerWeights } from '../model/internals.js';
import { defined } from '@lowbit/core/adapter';

/**
 * Saves a graph model that `quantize` made, or any other, with its plan.
 *
 * `packed` writes quantized weights as they are packed, for `loadGraph` of `@lowbit/tfjs/graph`; `plain` only what
 * unmodified `tf.loadGraphModel` reads, which is exact for a model that was quantized for it. Weights that are stored in half precision or as integers already stay as they are.
 *
 * @throws LowbitError `file-unwritable` when nothing can save to such a URL, `model-malformed`, `model-truncated`,
 *   `packed-data`; what the handler throws.
 */
export async function saveGraph(
  model: io.ModelArtifacts,
  target: SaveTarget,
  options: SaveOptions = {},
): Promise<SaveReport> {
  checkArtifacts(model, 'saveGraph(model)', 'save()');
  const planned = formatOf(planOfGraph(model));
  const { format = planned, plain, rest = 'float32' } = checkedOptions(options);
  checkPlain({ format, ...defined({ plain }) }, 'saveGraph');
  const handler = saveHandler(target);
  const { weights, where } = await readGraph(model);
  const pairs = weights.map((weight) => saveOne(weight, { format, planned, plain, rest }, where));
  const weightsOut = handlerWeights(pairs.map(({ stored }) => stored));
  const written = pairs.map((pair, i) => {
    const weight = weights[i] as StoredWeight;
    return writtenWeight(weight.spec.name, weight, pair);
  });
  const result = { ...withWrittenRecords(model, written), ...weightsOut };
  await handler.save(result);
  const saved = pairs.map((pair) => pair.saved);
  return saveReport(format, result, saved, 'graphModel(source');
}

/** A weight of the file that is packed goes by what it stands for; one that TensorFlow.js stores small stays as it is. */
function saveOne(weight: StoredWeight, wanted: WantedStorage, where: string): WeightToSave {
  const { spec } = weight;
  if (!isPacked(spec)) {
    const isSmall = spec.quantization !== undefined;
    return isSmall
      ? saveAsItIs(weight, wanted)
      : saveWeight(weight, { packed: undefined, spec: undefined }, wanted);
  }
  if (wanted.format === 'packed') return asStored(weight, null);
  const values = expandWeight(weight, where);
  const float = {
    spec: { name: spec.name, shape: spec.shape, dtype: spec.dtype },
    bytes: new Uint8Array(values.buffer),
  };
  return saveWeight(float, { packed: packedOf(weight, where), spec: undefined }, wanted);
}
