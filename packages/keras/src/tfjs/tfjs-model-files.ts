import { stopIfAborted } from '@lowbit/core/adapter';
import { modelLayout, storedBytes } from '@lowbit/tfjs-format';

import type { KerasModel } from '../model.js';
import {
  checkReading,
  describedModel,
  type DescribedWeight,
  type ReadingOptions,
} from './described-model.js';

/** A weight file, whose weights are read when it is asked for. */
export interface TfjsShard {
  /** Beside the `model.json`. */
  readonly path: string;
  /** Its size. */
  readonly bytes: number;
  read(): Promise<Uint8Array>;
}

/**
 * The files of a model of Keras as one of TensorFlow.js, for models that are large: of the weights, no more than one and one file are in memory. As
 * `modelFiles` of `@lowbit/tfjs-format` makes them of {@link tfjsArtifacts}; files are best read in their order, each once.
 *
 * @throws LowbitError as `tfjsArtifacts`; reading files, `aborted`.
 */
export function tfjsModelFiles(
  model: KerasModel,
  options: ReadingOptions = {},
): { readonly json: string; readonly shards: readonly TfjsShard[] } {
  checkReading(options, 'tfjsModelFiles');
  const { signal, onProgress } = options;
  const { head, weights, bytes } = describedModel(model);
  const { json, shards } = modelLayout(head);
  const between = rangesOf(weights);
  const files = shards.map(({ path, start, end }) => ({
    path,
    bytes: end - start,
    async read() {
      stopIfAborted(signal, path);
      const data = await between(start, end);
      onProgress?.(end / bytes);
      return data;
    },
  }));
  return { json, shards: files };
}

/** Reads bytes of weights that lie one after the other. The weight that was read last is kept: the next bytes may be of it too. */
function rangesOf(weights: readonly DescribedWeight[]): (start: number, end: number) => Promise<Uint8Array> {
  let last: { readonly weight: DescribedWeight; readonly bytes: Uint8Array } | undefined;
  const bytesOf = async (weight: DescribedWeight) => {
    if (last?.weight !== weight) {
      last = undefined;
      last = { weight, bytes: await weight.read() };
    }
    return last.bytes;
  };
  return async (start, end) => {
    const result = new Uint8Array(end - start);
    for (const weight of weights) {
      const from = Math.max(0, start - weight.start);
      const to = Math.min(storedBytes(weight.spec), end - weight.start);
      if (to > from) result.set((await bytesOf(weight)).subarray(from, to), weight.start + from - start);
    }
    return result;
  };
}
