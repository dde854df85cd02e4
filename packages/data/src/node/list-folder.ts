import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

import type { CancelSignal } from '@lowbit/core';
import { stopIfAborted } from '@lowbit/core/adapter';
import { fileError } from './file-error.js';
import { invalid, reading } from '../problems.js';
import { limits } from '../limits.js';
import { diskFile, type DiskFile } from './disk-file.js';
import type { Glob } from './glob.js';

/** Files below a folder, and what was passed over. */
export interface FolderListing {
  /** Sorted by `name`, in the order of UTF-16 code units, which no language setting changes. */
  readonly files: readonly DiskFile[];
  readonly notes: readonly string[];
}

/**
 * Every file below a folder, or those that fit. Links to folders are passed over, so there are no loops; a link to a file is
 * taken only when that file lies in the folder too.
 *
 * @throws LowbitError `file-unreadable`, `aborted`, or `calibration-invalid` for a folder without end.
 */
export async function listFolder(
  folder: DiskFile,
  signal?: CancelSignal,
  wanted: Pick<Glob, 'fits' | 'leadsOn'> = everything,
): Promise<FolderListing> {
  const files: DiskFile[] = [];
  const notes: string[] = [];
  const waiting: { readonly name: string; readonly depth: number }[] = [{ name: '', depth: 0 }];
  let entries = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    stopIfAborted(signal, reading);
    const { name: below, depth } = next;
    for (const entry of await entriesOf(folder, below)) {
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (!(entry.isDirectory() ? wanted.leadsOn(name) : wanted.fits(name))) continue;
      checkExtent(folder, ++entries, depth);
      if (entry.isDirectory()) waiting.push({ name, depth: depth + 1 });
      else if (entry.isFile()) files.push(diskFile({ ...placed(folder, name), name }));
      else if (entry.isSymbolicLink()) await takeLink(folder, name, files, notes);
      else notes.push(`${placed(folder, name).where} is not a regular file and was left out.`);
    }
  }
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { files, notes };
}

const everything = { fits: () => true, leadsOn: () => true };

async function entriesOf(folder: DiskFile, below: string): Promise<readonly Dirent[]> {
  const { where, path } = placed(folder, below);
  return readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw fileError(error, where, 'read');
  });
}

async function takeLink(folder: DiskFile, name: string, files: DiskFile[], notes: string[]): Promise<void> {
  const { where, path } = placed(folder, name);
  const target = await realpath(path).catch(() => undefined);
  if (target === undefined) notes.push(`${where} is a link that leads nowhere and was left out.`);
  else if (!isInside(folder.path, target))
    notes.push(`${where} is a link out of the folder and was left out.`);
  else if ((await stat(target)).isFile()) files.push(diskFile({ where, path: target, name }));
  else notes.push(`${where} is a link to a folder and was left out.`);
}

function placed(folder: DiskFile, name: string): { readonly where: string; readonly path: string } {
  return { where: join(folder.where, name), path: join(folder.path, name) };
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function checkExtent({ where }: DiskFile, entries: number, depth: number): void {
  if (entries <= limits.folderEntries && depth <= limits.folderDepth) return;
  throw invalid(where, {
    expected: `at most ${limits.folderEntries} files, at most ${limits.folderDepth} folders deep`,
    received: entries > limits.folderEntries ? 'more files' : 'deeper folders',
    remedy: 'Name a folder that holds calibration data only.',
  });
}
