import { stopIfAborted } from '@lowbit/core/adapter';
import { storedBytes } from '@lowbit/tfjs-format';

import type { KerasModel } from '../model.js';
import {
  checkReading,
  describedModel,
  type DescribedWeight,
  type ReadingOptions,
  type TfjsArtifacts,
} from './described-model.js';

/**
 * A model of Keras as one of TensorFlow.js, which computes the same. TensorFlow.js loads it without lowbit unless it was quantized: then its weights are packed,
 * and `load` of `@lowbit/tfjs` loads it.
 *
 * @throws LowbitError `layer-unsupported` with every layer that TensorFlow.js does not have, or would compute otherwise; `aborted`.
 */
export async function tfjsArtifacts(model: KerasModel, options: ReadingOptions = {}): Promise<TfjsArtifacts> {
  checkReading(options, 'tfjsArtifacts');
  const { head, weights, bytes } = describedModel(model);
  return { ...head, weightData: await joined(weights, bytes, options) };
}

/** The weights in their places. Each is read into its own, so that no more than one of them is in memory twice. */
async function joined(
  weights: readonly DescribedWeight[],
  bytes: number,
  { signal, onProgress }: ReadingOptions,
): Promise<ArrayBuffer> {
  const data = new Uint8Array(bytes);
  for (const { spec, start, read } of weights) {
    stopIfAborted(signal, spec.name);
    data.set(await read(), start);
    onProgress?.((start + storedBytes(spec)) / bytes);
  }
  return data.buffer;
}
