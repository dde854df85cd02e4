/// <reference types="node" />
import { randomUUID } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LowbitError } from '@lowbit/core';
import type { Shard } from '@lowbit/tfjs-format';
import { defined } from '@lowbit/core/adapter';

/**
 * Writes files into a folder under temporary names and renames them when all are complete, in the order given; existing ones are
 * replaced. When anything fails before the renaming, nothing is left.
 */
export async function writeFiles(folder: string, files: readonly Shard[]): Promise<void> {
  const mark = randomUUID();
  const written = files.map(
    ({ path }) => [join(folder, `.${path}.${mark}.tmp`), join(folder, path)] as const,
  );
  try {
    for (const [i, { bytes }] of files.entries()) await writeFile(written[i]![0], bytes, { flag: 'wx' });
    for (const [, target] of written) await checkReplaceable(target);
    for (const [temporary, target] of written) await rename(temporary, target);
  } catch (error) {
    for (const [temporary] of written) await rm(temporary, { force: true });
    throw fileFailure('file-unwritable', folder, error);
  }
}

/** A folder of that name would stop the renaming half way. */
async function checkReplaceable(target: string): Promise<void> {
  const found = await stat(target).catch(() => undefined);
  if (found?.isDirectory() === true) throw new Error(`${target} is a folder`);
}

/** The error for a file that the system refuses. */
export function fileFailure(
  code: 'file-missing' | 'file-unreadable' | 'file-unwritable',
  where: string,
  cause: unknown,
  remedy?: string,
): LowbitError {
  const received = cause instanceof Error ? cause.message : String(cause);
  return new LowbitError({ code, where, received, ...defined({ remedy }) }, { cause });
}
