import { access, constants, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Stats } from 'node:fs';

import { LowbitError } from '@lowbit/core';
import { fileError } from '@lowbit/data/node';

import { standardStream } from './standard-streams.js';
import { usageError } from '../usage/usage-error.js';

/** A file that a command will write, and the words that name it on the command line. */
export interface PlannedOutput {
  readonly path: string;
  readonly label: string;
  /** What to do when it is taken. Default: another name, or `--force`. */
  readonly remedy?: string;
}

/**
 * Checks before any work that every output can be written: its folder exists, nothing is overwritten without
 * `force`, and no output is an input or another output, also not through a link.
 *
 * @throws UsageError when two of the paths are the same file.
 * @throws LowbitError `file-exists` or `file-unwritable`.
 */
export async function checkOutputs(
  outputs: readonly PlannedOutput[],
  inputs: readonly string[],
  force: boolean,
): Promise<void> {
  const taken = new Map<string, string>();
  for (const input of inputs) for (const key of await identities(input)) taken.set(key, input);
  for (const output of outputs) {
    const { path, remedy, label } = output;
    if (path === standardStream && label !== '--output') throw besideModel(label);
    if (path === standardStream) continue;
    if (path === '')
      throw usageError({ where: label, expected: 'the name of a file', received: 'an empty text' });
    for (const key of await identities(path)) {
      const same = taken.get(key);
      if (same !== undefined) throw sameFile(output, same);
      taken.set(key, path);
    }
    await checkFolder(path);
    await checkTarget(path, force, remedy);
  }
}

/**
 * Refuses to overwrite: called again right before the rename, because work takes time.
 *
 * @throws LowbitError `file-exists`, or `file-unwritable` for anything but a regular file.
 */
export async function checkTarget(
  path: string,
  force: boolean,
  remedy = 'Give --force to replace it.',
): Promise<void> {
  const found = path === standardStream ? undefined : await statOrNothing(path);
  if (found === undefined) return;
  if (!found.isFile() || isDevice(path)) {
    const received = found.isDirectory() ? 'a folder' : 'a device, pipe or socket';
    const instead = /^\/dev\/stdout$/.test(path) ? { remedy: 'Give - for standard output.' } : {};
    const problem = { where: path, expected: 'the name of a file', received, ...instead };
    throw new LowbitError({ code: 'file-unwritable', ...problem });
  }
  if (!force) {
    throw new LowbitError({ code: 'file-exists', where: path, remedy });
  }
}

/** Whether a name is one of the system's, also where it stands for a file at the moment, as /dev/stdout may. */
function isDevice(path: string): boolean {
  return /^\/(dev|proc)\//.test(resolve(path));
}

async function checkFolder(path: string): Promise<void> {
  const folder = dirname(path);
  const found = await statOrNothing(folder);
  if (found?.isDirectory() !== true) {
    throw new LowbitError({
      code: 'file-unwritable',
      where: path,
      expected: 'an existing folder',
      received: `${folder}, which ${found === undefined ? 'does not exist' : 'is not a folder'}`,
      remedy: found === undefined ? 'Make the folder first.' : 'Choose a place in a folder.',
    });
  }
  await access(folder, constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw fileError(error, path, 'write');
  });
}

/** Whether two paths lead to one file or folder, also through links. */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([identities(one), identities(other)]);
  return first.some((name) => second.includes(name));
}

/** Names that are equal for two paths to one file: where it lies and, when it exists, its number on the device. */
async function identities(path: string): Promise<readonly string[]> {
  const found = await statOrNothing(path);
  const folder = await realpath(dirname(resolve(path))).catch(() => dirname(resolve(path)));
  const place = join(folder, basename(path));
  return found === undefined ? [place] : [place, `${found.dev}:${found.ino}`];
}

async function statOrNothing(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw fileError(error, path, 'write');
  });
}

/** Standard output is for the model, or for what is told of it. */
function besideModel(label: string): Error {
  return usageError({
    where: label,
    expected: 'the name of a file',
    received: standardStream,
    remedy: `Standard output is for the model and the summary: give the name of a file with ${label}.`,
  });
}

function sameFile({ path, label, remedy = 'Choose another name.' }: PlannedOutput, other: string): Error {
  return usageError({
    where: label,
    expected: 'a file of its own',
    received: path === other ? path : `${path}, which is the same file as ${other}`,
    remedy,
  });
}
