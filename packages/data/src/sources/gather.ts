import { suggestName, type CancelSignal, type LowbitError } from '@lowbit/core';

import type { FileReference } from '../files/file-reference.js';
import { invalid, invalidArgument } from '../invalid.js';
import { npyFile, type ArrayFile } from '../npy/array-file.js';
import { npzFile } from '../npy/npz-file.js';
import type { CalibrationInput, CalibrationSpec } from '../spec.js';
import { stopIfAborted } from '../stop-if-aborted.js';
import { findFiles, type FileGroup } from './find-files.js';

/** All files that were named, put in order by what they are for. */
export interface GatheredFiles {
  readonly arrays: ReadonlyMap<CalibrationInput, readonly ArrayFile[]>;
  readonly images: ReadonlyMap<CalibrationInput | undefined, readonly FileReference[]>;
  readonly lines: readonly FileReference[];
}

/**
 * Looks up all paths and reads the headers of arrays, so that most mistakes are found before any work.
 *
 * @throws LowbitError `calibration-invalid`, `invalid-argument` for names that are no inputs, `file-missing`,
 *   `file-unreadable` or `aborted`.
 */
export async function gatherFiles(
  paths: readonly string[],
  spec: CalibrationSpec,
  signal?: CancelSignal,
): Promise<GatheredFiles> {
  const arrays = new Map<CalibrationInput, ArrayFile[]>();
  const images = new Map<CalibrationInput | undefined, FileReference[]>();
  const lines: FileReference[] = [];
  for (const path of paths) {
    const group = await findFiles(path, spec, signal);
    if (group.kind === 'lines') lines.push(...forEveryInput(group));
    else if (group.kind === 'image') append(images, group.input, group.files);
    else await gatherArrays(group, spec, arrays, signal);
  }
  return { arrays, images, lines };
}

async function gatherArrays(
  group: FileGroup,
  spec: CalibrationSpec,
  arrays: Map<CalibrationInput, ArrayFile[]>,
  signal?: CancelSignal,
): Promise<void> {
  for (const file of group.files) {
    stopIfAborted(signal);
    if (group.kind === 'npy') append(arrays, inputFor(file, group, spec), [await npyFile(file)]);
    else await gatherArchive(file, group, spec, arrays);
  }
}

async function gatherArchive(
  file: FileReference,
  group: FileGroup,
  spec: CalibrationSpec,
  arrays: Map<CalibrationInput, ArrayFile[]>,
): Promise<void> {
  const found = await npzFile(file);
  const wanted = group.input === undefined ? spec.inputs : [group.input];
  const names = wanted.map(({ name }) => name);
  const unused = [...found.keys()].filter((name) => !names.includes(name));
  for (const input of wanted) {
    const array = found.get(input.name);
    if (array !== undefined) append(arrays, input, [array]);
  }
  if (unused.length === found.size) {
    throw strangersAlone(file, names, unused);
  }
  if (unused.length > 0) {
    spec.onNote?.(
      `${file.where}: arrays that are no inputs were left out: ${unused.slice(0, 20).join(', ')}.`,
    );
  }
}

/** The error on an archive of which no array is called like an input. */
function strangersAlone(
  file: FileReference,
  inputs: readonly string[],
  arrays: readonly string[],
): LowbitError {
  const near = arrays.map((name) => suggestName(name, inputs)).find(({ remedy }) => remedy !== undefined);
  const finding = {
    expected: `arrays named like the inputs: ${inputs.join(', ')}`,
    received: arrays.slice(0, 20).join(', ') || 'no arrays',
    remedy: `Save with numpy.savez(file, ${inputs.map((name) => `**{${JSON.stringify(name)}: array}`).join(', ')}).`,
    ...near,
  };
  return arrays.length === 0 ? invalid(file.where, finding) : invalidArgument(file.where, finding);
}

/** The input that was named, the one that the file is called after, or the model's only one. */
function inputFor(file: FileReference, group: FileGroup, spec: CalibrationSpec): CalibrationInput {
  const name = file.name.replace(/\.[^.]+$/, '');
  const named = spec.inputs.find((input) => input.name === name || input.name === name.split('/').at(-1));
  const found = group.input ?? named ?? (spec.inputs.length === 1 ? spec.inputs[0] : undefined);
  if (found !== undefined) return found;
  throw invalid(file.where, {
    expected: `a file called after one of the inputs ${spec.inputs.map((input) => input.name).join(', ')}`,
    received: file.name,
    remedy: `Write ${spec.inputs[0]?.name}=${file.where}, or the name of another input.`,
  });
}

function forEveryInput({ files, input }: FileGroup): readonly FileReference[] {
  if (input === undefined) return files;
  throw invalid((files[0] as FileReference).where, {
    expected: 'lines that give every input',
    received: `lines for the input ${input.name} alone`,
    remedy: 'Name the file without an input.',
  });
}

function append<K, V>(map: Map<K, V[]>, key: K, values: readonly V[]): void {
  const list = map.get(key) ?? [];
  for (const value of values) list.push(value);
  map.set(key, list);
}
