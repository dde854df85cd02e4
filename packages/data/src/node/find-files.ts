import { LowbitError, type CancelSignal } from '@lowbit/core';
import { suggestName } from '@lowbit/core/adapter';
import { fileEnds, fileKind, type FileGroup, type FileKind } from '../batches/data-source.js';
import { invalid, invalidArgument } from '../problems.js';
import { findPath, type FoundPath } from './find-path.js';
import { globOf, type Glob } from './glob.js';
import { listFolder } from './list-folder.js';
import { inputNamed } from '../input/input-named.js';
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
  const found = await findPlace(path).catch((error: unknown) => {
    if (input === undefined) checkInputName(given, options.inputs);
    throw error;
  });
  const named = input === undefined ? {} : { input };
  if (found.kind === 'folder') return { ...(await inFolder(path, found, options, signal)), ...named };
  const kind = fileKind(path);
  if (kind !== undefined) return { kind, files: [found.file], ...named };
  throw invalid(path, { expected: `a folder, or a file that ends in ${fileEnds}`, received: 'another file' });
}

/** A file or a folder, and which of its files are meant where that is not all. */
interface Place extends FoundPath {
  readonly glob?: Glob;
}

/** What has a name of this very path, or the folder that a pattern looks into. */
async function findPlace(path: string): Promise<Place> {
  const glob = globOf(path);
  if (glob === undefined) return findPath(path);
  return findPath(path).catch(async () => ({ ...(await findPath(glob.folder)), glob }));
}

async function inFolder(
  path: string,
  { file: folder, glob }: Place,
  options: ReadOptions,
  signal?: CancelSignal,
): Promise<FileGroup> {
  const { files, notes } = await listFolder(folder, signal, glob);
  if (glob !== undefined && files.length === 0) throw nothingFits(path);
  for (const note of notes) options.onNote?.(note);
  const data = files.filter(({ name }) => fileKind(name) !== undefined);
  const others = files.length - data.length;
  if (others > 0) options.onNote?.(`${others} other files in ${folder.where} were left out.`);
  const kinds = [...new Set(data.map(({ name }) => fileKind(name) as FileKind))];
  const [kind] = kinds;
  if (kind !== undefined && kinds.length === 1) return { kind, files: data };
  throw invalid(path, {
    expected: `files of one kind that end in one of ${fileEnds}`,
    received: kind === undefined ? 'none' : `several kinds: ${kinds.join(', ')}`,
    remedy: kind === undefined ? 'Name a folder with calibration data.' : 'Name each file or folder apart.',
  });
}

function nothingFits(where: string): LowbitError {
  return new LowbitError({
    code: 'file-missing',
    where,
    expected: 'files that fit this pattern',
    received: 'none',
    remedy: 'Check it: * stands for any characters of one name, ? for one, ** for folders in between.',
  });
}

/** A path, and the input that it is for when it was given as `INPUT=path`. */
interface NamedPath {
  readonly path: string;
  readonly input?: CalibrationInput;
}

/** Splits `INPUT=path` when it begins with the name of an input; anything else is a path. */
function namedPath(given: string, inputs: readonly CalibrationInput[]): NamedPath {
  const ends = [...given.matchAll(/=/g)].map(({ index }) => index).reverse();
  const exact = ends.find((end) => inputs.some(({ name }) => name === given.slice(0, end)));
  for (const end of exact === undefined ? ends : [exact]) {
    const input = inputNamed(given.slice(0, end), inputs);
    if (input !== undefined) return { path: given.slice(end + 1), input };
  }
  return { path: given };
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
