import { dirname, join } from 'node:path';

import { isSameFile } from './check-outputs.js';
import type { DataFiles } from './data-files.js';
import type { OutputFile } from './write-outputs.js';

/** A file that belongs beside a model, under the name that the model has for it. */
interface DataFile {
  readonly path: string;
  readonly data: Uint8Array;
}

/**
 * The data files of a result, to be written beside it. What is a file of the original and lies there already is left
 * out: it is never written again.
 *
 * @param output - the file of the result
 * @param sources - the files beside the original
 */
export async function dataOutputs(
  output: string,
  files: readonly DataFile[],
  sources: DataFiles,
): Promise<readonly OutputFile[]> {
  const outputs: OutputFile[] = [];
  for (const { path, data } of files) {
    const place = join(dirname(output), path);
    const origin = sources.originOf(data);
    if (origin === undefined || !(await isSameFile(origin, place))) outputs.push({ path: place, data });
  }
  return outputs;
}
