import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type CancelSignal, LowbitError } from '@lowbit/core';
import { checkOptions, optionTypes, stopIfAborted } from '@lowbit/core/adapter';
import { checkList } from '../check-given.js';

/**
 * SHA-256 of the bytes of files, in their order, in hexadecimal digits: the same for equal bytes, wherever they lie.
 *
 * @throws LowbitError `file-unreadable`, `aborted`.
 */
export async function hashFiles(
  paths: readonly string[],
  options: { readonly signal?: CancelSignal } = {},
): Promise<string> {
  checkList(paths, 'hashFiles(paths)', 'a list of paths', (path) => typeof path === 'string');
  checkOptions(options, { signal: optionTypes.signal }, 'hashFiles');
  const all = createHash('sha256');
  for (const path of paths) all.update(await hashOf(path, options.signal));
  return all.digest('hex');
}

async function hashOf(path: string, signal: CancelSignal | undefined): Promise<Uint8Array> {
  const hash = createHash('sha256');
  try {
    for await (const part of createReadStream(path)) {
      stopIfAborted(signal, 'reading files');
      hash.update(part as Uint8Array);
    }
  } catch (cause) {
    stopIfAborted(signal, 'reading files');
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new LowbitError({ code: 'file-unreadable', where: path, received }, { cause });
  }
  return hash.digest();
}
