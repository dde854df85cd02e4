import { stopIfAborted } from '@lowbit/core/adapter';
import { modelLayout, ownClasses, ownClassesNotes, storedBytes } from '@lowbit/tfjs-format';

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
  /** What is read, in pieces without memory of their own: each lasts until the next one is asked for. */
  pieces(): AsyncIterable<Uint8Array>;
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
      const data = new Uint8Array(end - start);
      let at = 0;
      for await (const piece of this.pieces()) {
        data.set(piece, at);
        at += piece.length;
      }
      return data;
    },
    async *pieces() {
      stopIfAborted(signal, path);
      yield* between(start, end);
      onProgress?.(end / bytes);
    },
  }));
  const notes = [...notesOnNames(renamedLayers(model)), ...ownClassesNotes(ownClasses(head.modelTopology))];
  return { json, shards: files, notes };
}

/** Tells which layers, and with them inputs and outputs, are called otherwise. */
function notesOnNames(renamed: ReadonlyMap<string, string>): readonly string[] {
  if (renamed.size === 0) return [];
  const list = [...renamed].map(([id, name]) => `${id} is ${name}`).join(', ');
  return [`Names that TensorFlow.js does not take are others: ${list}.`];
}

/**
 * Reads bytes of weights that lie one after the other. The weight that was read last is kept: the next bytes may be of it too. Its memory is used again
 * for the next one, unless several readers are at work, of which another may look at it.
 */
function rangesOf(
  weights: readonly DescribedWeight[],
): (start: number, end: number) => AsyncGenerator<Uint8Array> {
  let last: { readonly weight: DescribedWeight; readonly bytes: Uint8Array } | undefined;
  let readers = 0;
  const bytesOf = async (weight: DescribedWeight) => {
    if (last?.weight !== weight) {
      const mayReuse = readers === 1 && last?.weight.isFresh === true;
      const memory = mayReuse ? (last!.bytes.buffer as ArrayBuffer) : undefined;
      last = undefined;
      last = { weight, bytes: await weight.read(memory) };
    }
    return last.bytes;
  };
  return async function* (start, end) {
    readers++;
    try {
      for (const weight of weights) {
        const from = Math.max(0, start - weight.start);
        const to = Math.min(storedBytes(weight.spec), end - weight.start);
        if (to > from) yield (await bytesOf(weight)).subarray(from, to);
      }
    } finally {
      readers--;
    }
  };
}
