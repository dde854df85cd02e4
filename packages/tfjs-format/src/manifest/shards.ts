import { LowbitError } from '@lowbit/core';
import { checkArgument, joinBytes } from '@lowbit/core/adapter';
import { checkAllStored, checkModelJson } from './check-given.js';
import type { ModelJson } from './parse-model-json.js';
import { storedWeights, type StoredWeight } from './stored-weights.js';
import { readAsNamed } from './weight-path.js';
import type { ManifestGroup, WeightSpec } from './weight-spec.js';

/**
 * Reads a weight file by the path that the manifest names, relative to the model; `undefined` where there is none. It is asked again for what a
 * path in percent encoding stands for.
 */
export type ReadShard = (
  path: string,
) => Promise<Uint8Array | ArrayBuffer | undefined> | Uint8Array | ArrayBuffer | undefined;

/**
 * All weights of a model, in the order of its manifest, as they are stored.
 *
 * @throws LowbitError `model-truncated`, `model-malformed`, `file-missing` or `invalid-argument` for what `read` gives, and what
 *   it throws.
 */
export async function readWeights(json: ModelJson, read: ReadShard, where: string): Promise<StoredWeight[]> {
  checkModelJson(json, 'readWeights');
  checkArgument(typeof read === 'function', read, {
    where: 'readWeights: read',
    expected: 'a function that gives the bytes of a weight file by its path',
  });
  const weights: StoredWeight[] = [];
  for (const { paths, weights: specs } of json.weightsManifest) {
    const files: Uint8Array[] = [];
    for (const path of paths) files.push(bytesOf(await readAsNamed(path, read), `${where}: ${path}`));
    weights.push(...storedWeights(specs, joinBytes(files), where));
  }
  return weights;
}

function bytesOf(file: unknown, where: string): Uint8Array {
  if (file instanceof Uint8Array) return file;
  if (file instanceof ArrayBuffer) return new Uint8Array(file);
  if (file === undefined || file === null)
    throw new LowbitError({
      code: 'file-missing',
      where,
      expected: 'the bytes of the weight file',
      received: 'nothing',
      remedy: 'Give all weight files of the model.',
    });
  throw new LowbitError({
    code: 'invalid-argument',
    where,
    expected: 'the bytes of the weight file, a Uint8Array or an ArrayBuffer',
    received: Object.prototype.toString.call(file).slice(8, -1),
  });
}

/** Bytes of a weight file, as TensorFlow.js cuts them. */
export const shardBytes = 4 * 1024 * 1024;

/** A weight file. */
export interface Shard {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * One group of a manifest, and its files of at most `size` bytes (default 4 MiB, as TensorFlow.js cuts them).
 *
 * @throws LowbitError `invalid-argument` for a size that is no whole number above 0.
 */
export function shardWeights(
  weights: readonly StoredWeight[],
  size = shardBytes,
): { readonly group: ManifestGroup; readonly shards: readonly Shard[] } {
  if (!Number.isSafeInteger(size) || size < 1)
    throw new LowbitError({
      code: 'invalid-argument',
      where: 'shardWeights: size',
      expected: 'a whole number of bytes above 0',
      received: String(size),
    });
  checkAllStored(weights, 'shardWeights');
  const data = joinBytes(weights.map(({ bytes }) => bytes));
  const specs = weights.map(({ spec }) => spec);
  const { group, places } = cutWeights(specs, data.length, size);
  return { group, shards: shardsAt(places, data) };
}

/** A weight file that is to be: its bytes are those of all weights, one after the other, from `start` to `end`. */
export interface ShardPlace {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** One group of a manifest, and which of the bytes of its weights each of its files holds. */
export function cutWeights(
  weights: readonly WeightSpec[],
  bytes: number,
  size: number,
): { readonly group: ManifestGroup; readonly places: readonly ShardPlace[] } {
  const count = Math.ceil(bytes / size);
  const places = Array.from({ length: count }, (_, i) => ({
    path: `group1-shard${i + 1}of${count}.bin`,
    start: i * size,
    end: Math.min((i + 1) * size, bytes),
  }));
  return { group: { paths: places.map(({ path }) => path), weights }, places };
}

/** The weight files at their places: views. */
export function shardsAt(places: readonly ShardPlace[], data: Uint8Array): readonly Shard[] {
  return places.map(({ path, start, end }) => ({ path, bytes: data.subarray(start, end) }));
}
