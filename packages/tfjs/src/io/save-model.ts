import { LowbitError } from '@lowbit/core';
import { joinBytes, type PlainForm } from '@lowbit/keras';
import { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { topologyOf } from '../model/topology.js';
import { storeModelWeights, type SavedWeight } from './store-model-weights.js';

/** Where a model goes: a URL of any scheme that TensorFlow.js knows, or a handler of one's own. */
export type SaveTarget = string | io.IOHandler;

export interface SaveOptions {
  /**
   * `packed` (default): quantized weights as packed codes of 1 to 8 bits, to be loaded with `load` of this package. `plain`: only
   * what unmodified TensorFlow.js loads; quantized weights go on one even grid a tensor.
   */
  readonly format?: 'packed' | 'plain';
  /** How `plain` stores quantized weights. Default `uint8`. */
  readonly plain?: PlainForm;
  /** How weights that are not quantized are stored. Default `float32`, which changes nothing. */
  readonly rest?: 'float32' | 'float16';
}

/** What was written, weight by weight. */
export interface SaveReport {
  readonly format: 'packed' | 'plain';
  /** Bytes of all weights in the file, and as float32. */
  readonly bytes: number;
  readonly floatBytes: number;
  readonly weights: readonly SavedWeight[];
  /**
   * Accuracy that this form of saving costs, beyond that of the quantization: the lowest signal to noise ratio of a weight in
   * decibels; `null` when every weight is stored exactly.
   */
  readonly lowestSqnrDb: number | null;
}

/**
 * Saves a model, its plan and its provenance.
 *
 * @throws LowbitError `file-unwritable` when nothing can save to such a URL; what the handler throws.
 * @example
 * const { model } = await quantize(tfjs(float), { weights: minMax(), bits: 4 });
 * await save(model, 'file://out');
 */
export async function save(
  model: LayersModel,
  target: SaveTarget,
  options: SaveOptions = {},
): Promise<SaveReport> {
  const { format = 'packed', plain = 'uint8', rest = 'float32' } = options;
  const handler = saveHandler(target);
  const artifacts = await artifactsOf(model);
  const { stored, weights } = await storeModelWeights(model, artifacts, { format, plain, rest });
  const weightData = joinBytes(stored.map(({ bytes }) => bytes));
  await handler.save({
    ...artifacts,
    weightSpecs: stored.map(({ spec }) => spec) as unknown as io.WeightsManifestEntry[],
    weightData: weightData.buffer as ArrayBuffer,
  });
  return saveReport(format, weightData.length, weights);
}

/** The report on weights that were written, `bytes` in all. */
export function saveReport(
  format: SaveReport['format'],
  bytes: number,
  weights: readonly SavedWeight[],
): SaveReport {
  const lossy = weights.map(({ sqnrDb }) => sqnrDb).filter((decibels) => decibels !== null);
  return {
    format,
    bytes,
    floatBytes: weights.reduce((sum, { floatBytes }) => sum + floatBytes, 0),
    weights,
    lowestSqnrDb: lossy.length === 0 ? null : Math.min(...lossy),
  };
}

/** What TensorFlow.js itself would save, without the optimizer, the topology repaired. */
async function artifactsOf(model: LayersModel): Promise<io.ModelArtifacts> {
  let artifacts: io.ModelArtifacts = {};
  await model.save(
    io.withSaveHandler(async (given) => {
      artifacts = { ...given, modelTopology: topologyOf(model) };
      return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(given) };
    }),
  );
  return artifacts;
}

/** The handler behind a target. Throws `file-unwritable` when nothing can save there. */
export function saveHandler(target: SaveTarget): Required<Pick<io.IOHandler, 'save'>> {
  const handler = typeof target === 'string' ? io.getSaveHandlers(target)[0] : target;
  if (handler?.save !== undefined) return handler as Required<Pick<io.IOHandler, 'save'>>;
  const where = typeof target === 'string' ? target : 'save';
  throw new LowbitError({
    code: 'file-unwritable',
    where,
    expected: 'a place that a model can be saved to',
    received: 'no handler for it',
    remedy: where.startsWith('file:')
      ? "In Node, call registerFileSystem() of '@lowbit/tfjs/node' first."
      : 'Use downloads://, indexeddb://, localstorage:// or an IOHandler.',
  });
}
