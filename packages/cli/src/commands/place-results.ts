import { basename, join, resolve } from 'node:path';

import type { Problem } from '@lowbit/core';

import { defaultOutput, suffixOf } from '../files/output-name.js';
import { defaultKerasOutput } from '../keras/keras-output.js';
import type { NamedModel } from '../model/find-models.js';
import type { FoundModel } from '../model/find-model.js';
import { defaultFolder } from '../tfjs/output-place.js';
import type { QuantizeOptions } from '../usage/quantize-options.js';
import { UsageError } from '../usage/usage-error.js';

/** A model among several, or why it cannot be read. */
export type OneOfMany = NamedModel & ({ readonly model: FoundModel } | { readonly error: unknown });

/**
 * Where the result of each goes: beside its model, or in the folder of `--output`, where models of a folder keep the folders that they lie
 * in.
 *
 * @returns by the path of the model
 * @throws UsageError with all results that would have one place, or that of a model.
 */
export function placeResults(
  many: readonly OneOfMany[],
  options: QuantizeOptions,
): ReadonlyMap<string, string> {
  const placed = new Map<string, string>();
  const takers = new Map(many.map(({ path }) => [resolve(path), path]));
  const problems: Problem[] = [];
  for (const one of many) {
    if (!('model' in one)) continue;
    const output = placeOf(one, one.model, options);
    const other = takers.get(resolve(output));
    if (other !== undefined || placed.has(one.path))
      problems.push(taken(one.path, output, other ?? one.path));
    takers.set(resolve(output), one.path);
    placed.set(one.path, output);
  }
  const [first, ...rest] = problems;
  if (first !== undefined) throw new UsageError([first, ...rest]);
  return placed;
}

function placeOf({ below = '' }: NamedModel, model: FoundModel, options: QuantizeOptions): string {
  const { bits, to = 'tfjs', output: folder } = options;
  const beside =
    model.kind === 'onnx'
      ? defaultOutput(model.file, bits)
      : model.kind === 'tfjs'
        ? defaultFolder(model.path, bits)
        : defaultKerasOutput(model.path, `_${suffixOf(bits)}`, to);
  return folder === undefined ? beside : join(folder, below, basename(beside));
}

function taken(path: string, output: string, other: string): Problem {
  return {
    code: 'invalid-argument',
    where: path,
    expected: 'a result with a name of its own',
    received:
      resolve(other) === resolve(output) ? `${output}, which is a model` : `${output}, as that of ${other}`,
    remedy: 'Give one of the two in a call of its own, with another --output.',
  };
}
