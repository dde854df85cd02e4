import { dirname, extname, join, parse, resolve } from 'node:path';

import { fittedName, suffixOf } from '../files/output-name.js';
import { checkOutputs, isSameFile, type PlannedOutput } from '../files/check-outputs.js';
import { exists } from '../files/path-exists.js';
import { standardStream } from '../files/standard-streams.js';
import { usageError } from '../usage/usage-error.js';

/** Where a TensorFlow.js model goes: a folder of its own, and the JSON in it. */
export interface OutputPlace {
  readonly folder: string;
  readonly file: string;
}

/** The folder beside the model, which may itself be a folder: `model.json` at 8 bits becomes `model_q8`. */
export function defaultFolder(model: string, bits: number | string): string {
  const { dir, name, base } = parse(['', '.', '..'].includes(parse(model).base) ? resolve(model) : model);
  return join(dir, fittedName(extname(base) === '.json' ? name : base, `_${suffixOf(bits)}`));
}

/** The place that `--output` names: a folder, or the JSON in it. @throws UsageError for the name of an ONNX file. */
export function outputPlace(output: string): OutputPlace {
  if (output === '')
    throw usageError({ where: '--output', expected: 'the name of a folder', received: 'an empty text' });
  if (output === standardStream)
    throw usageError({
      where: '--output',
      expected: 'the name of a folder, since the result is several files',
      received: 'standard output',
      remedy: 'Give --output FOLDER.',
    });
  if (extname(output) === '.json') return { folder: dirname(output), file: output };
  if (extname(output) !== '.onnx') return { folder: output, file: join(output, 'model.json') };
  throw usageError({
    where: '--output',
    expected: 'a folder, or a name that ends in .json, for a TensorFlow.js model',
    received: output,
  });
}

/**
 * Checks before any work that the model, and other files, can be written: as `checkOutputs`; and that the folder is not
 * that of the original, whose weight files have the same names.
 *
 * @param inputs - files that are read, that of the model first
 * @throws UsageError, LowbitError `file-exists` or `file-unwritable`.
 */
export async function checkPlace(
  { folder, file }: OutputPlace,
  others: readonly PlannedOutput[],
  inputs: readonly [string, ...string[]],
  force: boolean,
): Promise<void> {
  const label = '--output';
  const remedy = 'Choose another folder.';
  if (await isSameFile(folder, dirname(inputs[0])))
    throw usageError({ where: label, expected: 'a folder of its own', received: folder, remedy });
  const path = (await exists(folder)) ? file : folder;
  await checkOutputs([{ path, label }, ...others], inputs, force);
}
