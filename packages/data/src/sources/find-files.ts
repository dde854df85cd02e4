import type { CancelSignal } from '@lowbit/core';

import { findPath } from '../files/find-path.js';
import type { FileReference } from '../files/file-reference.js';
import { listFolder } from '../files/list-folder.js';
import { invalid } from '../invalid.js';
import type { CalibrationInput, CalibrationSpec } from '../spec.js';
import { fileEnds, fileKind, type FileKind } from './file-kind.js';
import { checkInputName, namedPath } from './named-path.js';

/** Files of one kind that one given path stands for. */
export interface FileGroup {
  readonly kind: FileKind;
  readonly files: readonly FileReference[];
  /** The input they are for, when it was named. */
  readonly input?: CalibrationInput;
}

/**
 * Finds the files that a given path stands for.
 *
 * @throws LowbitError `invalid-argument` for an input that the model does not have, `file-missing`, `file-unreadable`,
 *   `aborted`, or `calibration-invalid` when a folder holds no data or data of several kinds.
 */
export async function findFiles(
  given: string,
  spec: CalibrationSpec,
  signal?: CancelSignal,
): Promise<FileGroup> {
  const { path, input } = namedPath(given, spec.inputs);
  const found = await findPath(path).catch((error: unknown) => {
    if (input === undefined) checkInputName(given, spec.inputs);
    throw error;
  });
  const named = input === undefined ? {} : { input };
  if (found.kind === 'folder') return { ...(await inFolder(found.file, spec, signal)), ...named };
  const kind = fileKind(path);
  if (kind !== undefined) return { kind, files: [found.file], ...named };
  throw invalid(path, { expected: `a folder, or a file that ends in ${fileEnds}`, received: 'another file' });
}

async function inFolder(
  folder: FileReference,
  spec: CalibrationSpec,
  signal?: CancelSignal,
): Promise<FileGroup> {
  const { files, notes } = await listFolder(folder, signal);
  for (const note of notes) spec.onNote?.(note);
  const data = files.filter(({ name }) => fileKind(name) !== undefined);
  const others = files.length - data.length;
  if (others > 0) spec.onNote?.(`${others} other files in ${folder.where} were left out.`);
  const kinds = [...new Set(data.map(({ name }) => fileKind(name) as FileKind))];
  const [kind] = kinds;
  if (kind !== undefined && kinds.length === 1) return { kind, files: data };
  throw invalid(folder.where, {
    expected: `files of one kind that end in one of ${fileEnds}`,
    received: kind === undefined ? 'none' : `several kinds: ${kinds.join(', ')}`,
    remedy: kind === undefined ? 'Name a folder with calibration data.' : 'Name each file or folder apart.',
  });
}
