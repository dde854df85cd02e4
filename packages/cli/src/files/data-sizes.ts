import { stat } from 'node:fs/promises';

import { isLowbitError } from '@lowbit/core';
import { findExternal } from './read-external.js';

/** A file beside a model, and how large it is. */
export interface DataSize {
  readonly path: string;
  /** `null` where it is missing. */
  readonly bytes: number | null;
}

/**
 * The sizes of the files that a model names. None is read.
 *
 * @throws LowbitError `external-data` for one that leads out of the model's folder.
 */
export async function dataSizes<T extends { readonly path: string }>(
  model: string,
  files: readonly T[],
): Promise<readonly (T & DataSize)[]> {
  return Promise.all(files.map(async (file) => ({ ...file, bytes: await sizeOf(model, file.path) })));
}

async function sizeOf(model: string, path: string): Promise<number | null> {
  try {
    return (await stat(await findExternal(model, path))).size;
  } catch (error) {
    if (isLowbitError(error) && error.code === 'file-missing') return null;
    throw error;
  }
}
