import { joinBytes } from './join-bytes.js';
import type { StoredWeight } from './stored-weights.js';
import type { ManifestGroup } from './weight-spec.js';

/** A weight file. */
export interface Shard {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** One group of a manifest, and its files of at most `size` bytes (default 4 MiB, as TensorFlow.js cuts them). */
export function shardWeights(
  weights: readonly StoredWeight[],
  size = 4 * 1024 * 1024,
): { readonly group: ManifestGroup; readonly shards: readonly Shard[] } {
  const data = joinBytes(weights.map(({ bytes }) => bytes));
  const count = Math.ceil(data.length / size);
  const shards = Array.from({ length: count }, (_, i) => ({
    path: `group1-shard${i + 1}of${count}.bin`,
    bytes: data.subarray(i * size, (i + 1) * size),
  }));
  return {
    group: { paths: shards.map(({ path }) => path), weights: weights.map(({ spec }) => spec) },
    shards,
  };
}
