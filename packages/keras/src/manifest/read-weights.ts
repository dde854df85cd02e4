import { joinBytes } from './join-bytes.js';
import type { ModelJson } from './parse-model-json.js';
import { storedWeights, type StoredWeight } from './stored-weights.js';

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
