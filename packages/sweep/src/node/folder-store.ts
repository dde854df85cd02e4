import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LowbitError } from '@lowbit/core';
import { checkArgument } from '@lowbit/core/adapter';
import { checkedOutcome } from '../results.js';
import type { ResultStore } from '../result-store.js';

/**
 * Results as JSON files in a folder, one for each job, named by what it depends on: work that was interrupted goes on, also on another
 * machine that has the folder. A file is there whole or not at all.
 *
 * @throws LowbitError `invalid-argument`; from its functions `packed-data` for a file that is no result, `file-unwritable`.
 */
export function folderStore(folder: string): ResultStore {
  checkArgument(typeof folder === 'string' && folder !== '', folder, {
    where: 'folderStore(folder)',
    expected: 'the path of a folder',
  });
  const pathOf = (key: string) => join(folder, `${key}.json`);
  return {
    async get(key) {
      const text = await readFile(pathOf(key), 'utf8').catch(() => undefined);
      return text === undefined ? undefined : checkedOutcome(parsed(text), key, pathOf(key));
    },
    async put(outcome) {
      const text = `${JSON.stringify({ format: 'lowbit-result', version: 1, ...outcome })}\n`;
      const temporary = join(folder, `.${randomBytes(6).toString('hex')}.tmp`);
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(temporary, text);
        await rename(temporary, pathOf(outcome.key));
      } catch (cause) {
        await rm(temporary, { force: true }).catch(() => {});
        throw unwritable(folder, cause);
      }
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unwritable(folder: string, cause: unknown): LowbitError {
  return new LowbitError(
    {
      code: 'file-unwritable',
      where: folder,
      received: cause instanceof Error ? cause.message : String(cause),
      remedy: 'Give a folder that can be written, with room in it.',
    },
    { cause },
  );
}
