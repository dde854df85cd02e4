import { measureError, sizeOf } from '@lowbit/core';
import { expandWeight, isPacked, joinBytes, plainWeight, type StoredWeight } from '@lowbit/keras';
import type { io } from '@tensorflow/tfjs-core';
import {
  checkedOptions,
  saveHandler,
  saveReport,
  type SaveOptions,
  type SaveReport,
  type SaveTarget,
} from '../io/save-model.js';
import type { SavedWeight } from '../io/store-model-weights.js';
import { readGraph } from './read-graph.js';
import { storedForm } from '../io/stored-form.js';

/**
 * Saves a graph model that `quantize` made, or any other, with its plan.
 *
 * `packed` (default) writes quantized weights as they are packed, for `loadGraph` of `@lowbit/tfjs/graph`; `plain` only what
 * unmodified `tf.loadGraphModel` reads. Weights that are stored in half precision or as integers already stay as they are.
 *
 * @throws LowbitError `file-unwritable` when nothing can save to such a URL, `model-malformed`, `model-truncated`,
 *   `packed-data`; what the handler throws.
 */
export async function saveGraph(
  model: io.ModelArtifacts,
  target: SaveTarget,
  options: SaveOptions = {},
): Promise<SaveReport> {
  const { format = 'packed', plain = 'uint8', rest = 'float32' } = checkedOptions(options);
  const handler = saveHandler(target);
  const { weights, where } = await readGraph(model);
  const stored = weights.map((weight) => storedAs(weight, { format, plain, rest }, where));
  const saved = weights.map((weight, i) => savedWeight(weight, stored[i] as StoredWeight, where));
  const weightData = joinBytes(stored.map(({ bytes }) => bytes));
  await handler.save({
    ...model,
    weightSpecs: stored.map(({ spec }) => spec) as unknown as io.WeightsManifestEntry[],
    weightData: weightData.buffer as ArrayBuffer,
  });
  return saveReport(format, weightData.length, saved);
}

function storedAs(
  weight: StoredWeight,
  { format, plain, rest }: Required<SaveOptions>,
  where: string,
): StoredWeight {
  const { spec } = weight;
  if (spec.dtype !== 'float32') return weight;
  if (isPacked(spec) && format === 'packed') return weight;
  if (!isPacked(spec) && (spec.quantization !== undefined || rest === 'float32')) return weight;
  return plainWeight(spec.name, spec.shape, expandWeight(weight, where), isPacked(spec) ? plain : rest);
}

function savedWeight(before: StoredWeight, stored: StoredWeight, where: string): SavedWeight {
  const { name, shape, dtype } = stored.spec;
  const bytes = stored.bytes.length;
  if (dtype !== 'float32') return { name, form: dtype, bytes, floatBytes: bytes, sqnrDb: null };
  const sqnrDb =
    before === stored ? null : measureError(expandWeight(before, where), expandWeight(stored, where)).sqnrDb;
  return { name, form: storedForm(stored.spec), bytes, floatBytes: 4 * sizeOf(shape), sqnrDb };
}
