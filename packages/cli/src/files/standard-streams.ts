import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, sep } from 'node:path';

import { isLowbitError } from '@lowbit/core';
import { fileError } from '@lowbit/data/node';
import { defined, stopIfAborted } from '@lowbit/core/adapter';

import type { Io } from '../io.js';
import { reworded, usageError } from '../usage/usage-error.js';
import { announceUnfinished } from './unfinished.js';

/** The path that stands for standard input where a model is read, and for standard output where one is written. */
export const standardStream = '-';

const name = 'standard-input';

/**
 * Works on a model that a command line names. What comes on standard input is kept in a file as long as the work takes, since readers go to
 * and fro in a model; nothing that is told names that file.
 *
 * @param given - a path, or {@link standardStream}
 * @param work - is given the path of the file, and what to tell by
 * @throws UsageError where there is no standard input; LowbitError `aborted`, and whatever the work throws.
 */
export async function withStandardInput<T>(
  given: string,
  io: Io,
  work: (path: string, io: Io) => Promise<T>,
): Promise<T> {
  if (given !== standardStream) return work(given, io);
  if (io.stdin === undefined)
    throw usageError({ where: given, expected: 'a model on standard input', received: 'none' });
  const folder = await mkdtemp(join(tmpdir(), 'lowbit-input-'));
  announceUnfinished(folder);
  const file = join(folder, name);
  const worded = (text: string) =>
    text
      .replaceAll(`${file}.keras`, given)
      .replaceAll(file, given)
      .replaceAll(folder + sep, '');
  try {
    return await work(await keep(io.stdin, file, io.signal), telling(io, worded));
  } catch (error) {
    if (!isLowbitError(error)) throw error;
    const beside = error.code === 'file-missing' && dirname(error.where ?? '') === folder;
    throw beside
      ? ofManyFiles(`a model whose data lie in ${basename(error.where ?? '')}`, 'the model')
      : reworded(error, worded);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Tells all in other words. */
function telling(io: Io, worded: (text: string) => string): Io {
  const inWords = (output: Io['stdout']): Io['stdout'] => ({
    ...defined({ isTTY: output.isTTY, columns: output.columns }),
    write: (data) => output.write(typeof data === 'string' ? worded(data) : data),
  });
  return { ...io, stdout: inWords(io.stdout), stderr: inWords(io.stderr) };
}

/** Keeps all bytes in a file, which is called as archives of Keras are where it begins as these do. */
async function keep(input: AsyncIterable<Uint8Array>, path: string, signal: AbortSignal): Promise<string> {
  const chunks = input[Symbol.asyncIterator]();
  let next = await chunks.next();
  const head = new TextDecoder('latin1').decode(next.done === true ? undefined : next.value);
  if (/^(\xef\xbb\xbf)?\s*\{/.test(head))
    throw ofManyFiles('JSON, whose weights lie in other files', 'the model.json');
  const file = head.startsWith('PK') ? `${path}.keras` : path;
  announceUnfinished(file);
  const handle = await open(file, 'wx');
  try {
    for (; next.done !== true; next = await chunks.next()) {
      stopIfAborted(signal, 'reading standard input');
      await handle.writeFile(next.value);
    }
    stopIfAborted(signal, 'reading standard input');
  } catch (error) {
    throw isLowbitError(error) ? error : fileError(error, file, 'write');
  } finally {
    await handle.close();
  }
  return file;
}

/** That what came has other files, which lie beside nothing here. */
function ofManyFiles(received: string, file: string): Error {
  return usageError({
    where: standardStream,
    expected: 'a model that is one file',
    received,
    remedy: `Give the path of ${file}.`,
  });
}

/** Where a result goes: what comes on standard input has no place beside which it could lie. `undefined`: beside the model. */
export function outputFor(model: string, given: string | undefined): string | undefined {
  return given ?? (model === standardStream ? standardStream : undefined);
}

/**
 * Checks that a result can go where it is told to.
 *
 * @param beside - what has to lie beside the result
 * @throws UsageError for more than one file on standard output, or for bytes on a terminal.
 */
export function checkStream(
  output: string | undefined,
  { isTTY }: Io['stdout'],
  beside: readonly unknown[] = [],
): void {
  if (output !== standardStream) return;
  const problem = { where: '--output', remedy: 'Give the name of a file with --output.' };
  if (isTTY === true)
    throw usageError({
      ...problem,
      expected: 'a file or a pipe for the bytes of a model',
      received: 'a terminal',
    });
  if (beside.length > 0)
    throw usageError({
      ...problem,
      expected: 'a file, since this result has data in another one',
      received: output,
    });
}
