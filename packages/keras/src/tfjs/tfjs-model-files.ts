import { stopIfAborted } from '@lowbit/core/adapter';
import { modelLayout, storedBytes } from '@lowbit/tfjs-format';

import type { KerasModel } from '../model.js';
import { renamedLayers } from '../network/layer-names.js';
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

/** A model of TensorFlow.js as files. */
interface TfjsModelFiles {
  /** The text of `model.json`. */
  readonly json: string;
  readonly shards: readonly TfjsShard[];
  /** What has to be known of the files, in sentences: names that are others, layers that TensorFlow.js alone does not have. */
  readonly notes: readonly string[];
}

/**
 * The files of a model of Keras as one of TensorFlow.js, for models that are large: of the weights, no more than one and one file are in memory. As
 * `modelFiles` of `@lowbit/tfjs-format` makes them of {@link tfjsArtifacts}; files are best read in their order, each once.
 *
 * @throws LowbitError as `tfjsArtifacts`; reading files, `aborted`.
 */
export function tfjsModelFiles(model: KerasModel, options: ReadingOptions = {}): TfjsModelFiles {
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
  const notes = [...notesOnNames(renamedLayers(model)), ...notesOnClasses(json)];
  return { json, shards: files, notes };
}

/** Tells which layers, and with them inputs and outputs, are called otherwise. */
function notesOnNames(renamed: ReadonlyMap<string, string>): readonly string[] {
  if (renamed.size === 0) return [];
  const list = [...renamed].map(([id, name]) => `${id} is ${name}`).join(', ');
  return [`Names that TensorFlow.js does not take are others: ${list}.`];
}

/** Names layers and activations that TensorFlow.js alone does not have. */
function notesOnClasses(json: string): readonly string[] {
  const names = [...json.matchAll(/"(?:class_name|\w*activation)":"(lowbit\w+)"/gi)].map(([, name]) => name!);
  if (names.length === 0) return [];
  const list = [...new Set(names)].sort().join(', ');
  return [
    `${list}: of @lowbit/tfjs. Load the folder with its load(), or call its registerLayers() before TensorFlow.js does.`,
  ];
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
