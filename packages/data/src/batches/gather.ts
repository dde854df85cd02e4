import type { LowbitError } from '@lowbit/core';
import { stopIfAborted, suggestName } from '@lowbit/core/adapter';
import type { DataFile } from '../bytes/data-file.js';
import { invalid, invalidArgument } from '../problems.js';
import { npyFile, type ArrayFile } from '../npy/array-file.js';
import { npzFile } from '../npy/npz-file.js';
import { inputNamed, keyFor } from '../input/input-named.js';
import type { CalibrationInput, ReadOptions } from '../input/options.js';
import { reading } from '../problems.js';
import type { FileGroup } from './data-source.js';

/** All files that were named, put in order by what they are for. */
export interface GatheredFiles {
  readonly arrays: ReadonlyMap<CalibrationInput, readonly ArrayFile[]>;
  readonly images: ReadonlyMap<CalibrationInput | undefined, readonly DataFile[]>;
  readonly lines: readonly DataFile[];
}

/**
 * Looks at all files and reads the headers of arrays, so that most mistakes are found before any work.
 *
 * @throws LowbitError `calibration-invalid`, `invalid-argument` for names that are no inputs, `file-missing`,
 *   `file-unreadable` or `aborted`.
 */
export async function gatherFiles(
  groups: AsyncIterable<FileGroup>,
  options: ReadOptions,
): Promise<GatheredFiles> {
  const arrays = new Map<CalibrationInput, ArrayFile[]>();
  const images = new Map<CalibrationInput | undefined, DataFile[]>();
  const lines: DataFile[] = [];
  for await (const group of groups) {
    if (group.kind === 'lines') lines.push(...forEveryInput(group));
    else if (group.kind === 'image') append(images, group.input, group.files);
    else await gatherArrays(group, options, arrays);
  }
  return { arrays, images, lines };
}

async function gatherArrays(
  group: FileGroup,
  options: ReadOptions,
  arrays: Map<CalibrationInput, ArrayFile[]>,
): Promise<void> {
  for (const file of group.files) {
    stopIfAborted(options.signal, reading);
    if (group.kind === 'npy') append(arrays, inputFor(file, group, options), [await npyFile(file)]);
    else await gatherArchive(file, group, options, arrays);
  }
}

async function gatherArchive(
  file: DataFile,
  group: FileGroup,
  options: ReadOptions,
  arrays: Map<CalibrationInput, ArrayFile[]>,
): Promise<void> {
  const found = await npzFile(file);
  const wanted = group.input === undefined ? options.inputs : [group.input];
  const names = wanted.map(({ name }) => name);
  const keys = [...found.keys()];
  const used = new Set<string>();
  for (const input of wanted) {
    const key = keyFor(input, keys, wanted);
    if (key === undefined) continue;
    used.add(key);
    append(arrays, input, [found.get(key)!]);
  }
  const unused = keys.filter((key) => !used.has(key));
  if (unused.length === found.size) {
    throw strangersAlone(file, names, unused);
  }
  if (unused.length > 0) {
    options.onNote?.(
      `${file.where}: arrays that are no inputs were left out: ${unused.slice(0, 20).join(', ')}.`,
    );
  }
}

/** The error on an archive of which no array is called like an input. */
function strangersAlone(file: DataFile, inputs: readonly string[], arrays: readonly string[]): LowbitError {
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
function inputFor(file: DataFile, group: FileGroup, options: ReadOptions): CalibrationInput {
  const name = file.name.replace(/\.[^.]+$/, '');
  const named = [name, name.split('/').at(-1)].map((each) => inputNamed(each, options.inputs)).find(Boolean);
  const found = group.input ?? named ?? (options.inputs.length === 1 ? options.inputs[0] : undefined);
  if (found !== undefined) return found;
  throw invalid(file.where, {
    expected: `a file called after one of the inputs ${options.inputs.map((input) => input.name).join(', ')}`,
    received: file.name,
    remedy: `Write ${options.inputs[0]?.name}=${file.where}, or the name of another input.`,
  });
}

function forEveryInput({ files, input }: FileGroup): readonly DataFile[] {
  if (input === undefined) return files;
  throw invalid((files[0] as DataFile).where, {
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
