import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';

import { LowbitError } from '@lowbit/core';
import { fileError, partReader } from '@lowbit/data/node';

const addressable = 2 ** 32 - 1;

/**
 * All bytes of a file that lies beside a model, or in a folder below.
 *
 * @throws LowbitError as {@link findExternal}; `file-unreadable`, `model-too-large`, `aborted`.
 */
export async function readExternal(model: string, path: string, signal: AbortSignal): Promise<Uint8Array> {
  const { size, read } = await partReader(await findExternal(model, path), signal);
  if (size <= addressable) return read(0, size);
  throw new LowbitError({
    code: 'model-too-large',
    where: join(dirname(model), path),
    expected: 'at most 4 GiB, which is what WebAssembly addresses',
    received: `${size} bytes`,
    remedy: 'Use a smaller variant of the model: onnxruntime-web cannot run this one.',
  });
}

/**
 * Where a file lies that a model names. A model that is a link, as caches of model hubs keep them, has two folders: that of the
 * link, and that of the file; what lies in either, itself or by links, belongs to it.
 *
 * @param path - relative to the model's folder, as the model names it
 * @throws LowbitError `external-data` when it leads out of the folders, also through a link; `file-missing`.
 */
export async function findExternal(model: string, path: string): Promise<string> {
  const asNamed = join(dirname(model), path);
  const missed = (error: unknown) => {
    throw fileError(error, asNamed, 'read');
  };
  const beside = await realpath(dirname(model)).catch(missed);
  const behind = await realpath(model).then(dirname, () => beside);
  const found = await realpath(asNamed).catch((error: unknown) =>
    realpath(join(behind, path)).catch(() => missed(error)),
  );
  if (isBelow(beside, found) || isBelow(behind, found)) return found;
  throw new LowbitError({
    code: 'external-data',
    where: model,
    expected: "data in the model's folder",
    received: `${path}, which leads out of it`,
    remedy: "Put the file itself into the model's folder, not a link to it.",
  });
}

/** Whether a file lies in a folder or below; both without links. */
export function isBelow(folder: string, file: string): boolean {
  const way = relative(folder, file);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
