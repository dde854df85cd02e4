import { joinBytes } from '@lowbit/core';
import type { ModelJson } from './parse-model-json.js';
import { storedWeights, type StoredWeight } from './stored-weights.js';
import type { ManifestGroup } from './weight-spec.js';

/** Reads a weight file by the path that the manifest names, relative to the model. */
export type ReadShard = (path: string) => Promise<Uint8Array>;

/**
 * All weights of a model, in the order of its manifest, as they are stored.
 *
 * @throws LowbitError `model-truncated`, `model-malformed`, and what `read` throws.
 */
export async function readWeights(
  { weightsManifest }: ModelJson,
  read: ReadShard,
  where: string,
): Promise<StoredWeight[]> {
  const weights: StoredWeight[] = [];
  for (const { paths, weights: specs } of weightsManifest) {
    const files: Uint8Array[] = [];
    for (const path of paths) files.push(await read(path));
    weights.push(...storedWeights(specs, joinBytes(files), where));
  }
  return weights;
}

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
