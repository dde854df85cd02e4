import type { CancelSignal } from '@lowbit/core';
import { suggestName } from '@lowbit/core/adapter';
import { fileEnds, fileKind, type FileGroup, type FileKind } from '../batches/data-source.js';
import { invalid, invalidArgument } from '../problems.js';
import type { DiskFile } from './disk-file.js';
import { findPath } from './find-path.js';
import { listFolder } from './list-folder.js';
import type { CalibrationInput, ReadOptions } from '../input/options.js';

/**
 * Finds the files that a given path stands for.
 *
 * @throws LowbitError `invalid-argument` for an input that the model does not have, `file-missing`, `file-unreadable`,
 *   `aborted`, or `calibration-invalid` when a folder holds no data or data of several kinds.
 */
export async function findFiles(
  given: string,
  options: ReadOptions,
  signal?: CancelSignal,
): Promise<FileGroup> {
  const { path, input } = namedPath(given, options.inputs);
  const found = await findPath(path).catch((error: unknown) => {
    if (input === undefined) checkInputName(given, options.inputs);
    throw error;
  });
  const named = input === undefined ? {} : { input };
  if (found.kind === 'folder') return { ...(await inFolder(found.file, options, signal)), ...named };
  const kind = fileKind(path);
  if (kind !== undefined) return { kind, files: [found.file], ...named };
  throw invalid(path, { expected: `a folder, or a file that ends in ${fileEnds}`, received: 'another file' });
}

async function inFolder(folder: DiskFile, options: ReadOptions, signal?: CancelSignal): Promise<FileGroup> {
  const { files, notes } = await listFolder(folder, signal);
  for (const note of notes) options.onNote?.(note);
  const data = files.filter(({ name }) => fileKind(name) !== undefined);
  const others = files.length - data.length;
  if (others > 0) options.onNote?.(`${others} other files in ${folder.where} were left out.`);
  const kinds = [...new Set(data.map(({ name }) => fileKind(name) as FileKind))];
  const [kind] = kinds;
  if (kind !== undefined && kinds.length === 1) return { kind, files: data };
  throw invalid(folder.where, {
    expected: `files of one kind that end in one of ${fileEnds}`,
    received: kind === undefined ? 'none' : `several kinds: ${kinds.join(', ')}`,
    remedy: kind === undefined ? 'Name a folder with calibration data.' : 'Name each file or folder apart.',
  });
}

/** A path, and the input that it is for when it was given as `INPUT=path`. */
interface NamedPath {
  readonly path: string;
  readonly input?: CalibrationInput;
}

/** Splits `INPUT=path` when it begins with the name of an input; anything else is a path. */
function namedPath(given: string, inputs: readonly CalibrationInput[]): NamedPath {
  const [input] = inputs
    .filter(({ name }) => given.startsWith(`${name}=`))
    .sort((a, b) => b.name.length - a.name.length);
  return input === undefined ? { path: given } : { path: given.slice(input.name.length + 1), input };
}

/** Checks that what leads nowhere is not a path behind the name of an unknown input. @throws LowbitError `invalid-argument`. */
function checkInputName(given: string, inputs: readonly CalibrationInput[]): void {
  const [, name] = /^([^=]+)=/.exec(given) ?? [];
  if (name === undefined) return;
  const known = inputs.map((input) => input.name);
  throw invalidArgument(given, {
    expected: `a path, or one of the inputs ${known.join(', ')} before =`,
    received: `the input ${name}, which the model does not have`,
    remedy: `Write ${known[0]}=PATH.`,
    ...suggestName(name, known),
  });
}
