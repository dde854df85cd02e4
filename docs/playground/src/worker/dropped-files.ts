import { LowbitError } from '@lowbit/core';

/** The bytes of what was dropped, by name. */
export type DroppedFiles = ReadonlyMap<string, Uint8Array>;

/** Reads everything. @throws LowbitError `file-missing` for nothing, `file-unreadable`, for instance for a folder. */
export async function readFiles(files: readonly File[]): Promise<DroppedFiles> {
  if (files.length === 0)
    throw new LowbitError({ code: 'file-missing', where: 'drop', expected: 'a file', received: 'none' });
  const entries = files.map(async (file) => [file.name, await bytesOf(file)] as const);
  return new Map(await Promise.all(entries));
}

/**
 * A dropped file by the path that a model names it with; what was dropped has no folders.
 *
 * @param remedy Where it is missing.
 * @throws LowbitError `file-missing`.
 */
export function beside(
  files: DroppedFiles,
  path: string,
  remedy = 'Drop the model and all its files together.',
): Uint8Array {
  const found = files.get(nameIn(path));
  if (found !== undefined) return found;
  throw new LowbitError({
    code: 'file-missing',
    where: path,
    expected: 'this file beside the model',
    received: [...files.keys()].join(', '),
    remedy,
  });
}

/** What a path ends with. */
export const nameIn = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

async function bytesOf(file: File): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    throw new LowbitError(
      {
        code: 'file-unreadable',
        where: file.name,
        received: cause instanceof Error ? cause.message : String(cause),
        remedy: 'Drop files, not folders.',
      },
      { cause },
    );
  }
}
