import { checkArgument, checkOptions, optionTypes, type OptionTypes } from '@lowbit/core/adapter';
import type { FolderWriter, ModelFolder } from './folder.js';
import type { FolderOptions } from './quantize-folder.js';

const types: OptionTypes<FolderOptions> = {
  dtypes: optionTypes.texts,
  ort: optionTypes.any,
  recipe: optionTypes.callback,
  signal: optionTypes.signal,
  onProgress: optionTypes.callback,
  fileLimit: optionTypes.any,
  filters: optionTypes.any,
  data: optionTypes.any,
};

/** @throws LowbitError `invalid-argument`, `unsupported-option` for arguments of `quantizeFolder` that are something else. */
export function checkCall(folder: ModelFolder, options: FolderOptions, writer: FolderWriter): void {
  checkMembers(folder, ['read', 'beside'], 'folder', '{ paths, read, beside }');
  const { paths } = folder;
  const areTexts = Array.isArray(paths) && paths.every((path) => typeof path === 'string');
  checkArgument(areTexts, paths, { where: 'quantizeFolder: folder.paths', expected: 'a list of texts' });
  checkOptions(options, types, 'quantizeFolder');
  checkArgument(Array.isArray(options.dtypes), options.dtypes, {
    where: 'quantizeFolder: dtypes',
    expected: 'a list of names',
  });
  checkMembers(writer, ['write', 'copy', 'remove'], 'writer', '{ write, copy, remove }');
}

function checkMembers(value: unknown, members: readonly string[], name: string, expected: string): void {
  const given = Object(value) as Readonly<Record<string, unknown>>;
  const fits = members.every((member) => typeof given[member] === 'function');
  checkArgument(fits, value, { where: `quantizeFolder: ${name}`, expected });
}
