import { dirname, join } from 'node:path';

import { inspectModel, readModel } from '@lowbit/onnx';

import { readInput } from '../files/read-input.js';
import { readTfjsJson } from '../tfjs/read-model.js';
import type { FoundModel } from './find-model.js';
import { otherParts } from './other-parts.js';

/**
 * All files of a model: what it is told from others by.
 *
 * @throws LowbitError as the readers of each kind.
 */
export async function modelFiles(
  { kind, file, topology, isTfjs }: FoundModel,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return [file, ...(await besides())];

  async function besides(): Promise<readonly string[]> {
    const near = (path: string) => join(dirname(file), path);
    if (kind === 'tfjs' || isTfjs)
      return (await readTfjsJson(file, signal)).json.weightsManifest.flatMap(({ paths }) => paths.map(near));
    if (kind === 'keras') return topology === undefined ? [] : [topology, ...(await otherParts(file))];
    const { externalFiles = [] } = inspectModel(readModel(await readInput(file, signal), file));
    return externalFiles.map(({ path }) => near(path));
  }
}
