import { readModel } from '@lowbit/onnx';

import { readExternal } from '../files/read-external.js';
import { readInput } from '../files/read-input.js';
import { interfaceOf } from '../model/model-interface.js';
import type { NamedInterface } from './check-interfaces.js';
import type { ModelBytes } from './session.js';

/** A model as read from its file, and from the files beside it. */
export interface ModelFile extends NamedInterface, ModelBytes {
  /** Bytes of all its files together. */
  readonly totalBytes: number;
}

/**
 * Reads a model and checks it before any runtime sees it.
 *
 * @throws LowbitError for a file that cannot be read, is no model, or names data outside its folder.
 */
export async function readModelFile(file: string, signal: AbortSignal): Promise<ModelFile> {
  const bytes = await readInput(file, signal);
  const found = interfaceOf(readModel(bytes, file));
  const external: { readonly path: string; readonly data: Uint8Array }[] = [];
  for (const path of found.externalFiles)
    external.push({ path, data: await readExternal(file, path, signal) });
  const totalBytes = external.reduce((sum, { data }) => sum + data.length, bytes.length);
  return { ...found, file, bytes, external, totalBytes };
}
