import type { CancelSignal } from '@lowbit/core';

import type { FileReference } from '../files/file-reference.js';
import { imagePreparation } from '../image/preparation.js';
import { invalid } from '../invalid.js';
import { lineBatches } from '../json-lines/line-batches.js';
import { arrayRows } from '../rows/array-rows.js';
import { imageRows } from '../rows/image-rows.js';
import { rowBatches } from '../rows/row-batches.js';
import type { RowData } from '../rows/row-reader.js';
import type { SampleBatch } from '../rows/sample-batch.js';
import type { CalibrationInput, CalibrationSpec } from '../spec.js';
import { gatherFiles, type GatheredFiles } from './gather.js';

/** Batches from everything that was named. */
export interface OpenedSources {
  /** Samples in all batches; unknown for JSON lines before they are read. */
  readonly samples?: number;
  /** The pictures that the samples are, in order. */
  readonly pictures?: readonly FileReference[];
  batches(signal?: CancelSignal): AsyncGenerator<SampleBatch>;
}

/**
 * Finds out what the paths hold and how it makes batches.
 *
 * @throws LowbitError when anything does not fit the model's inputs.
 */
export async function openSources(
  paths: readonly string[],
  spec: CalibrationSpec,
  signal?: CancelSignal,
): Promise<OpenedSources> {
  const files = await gatherFiles(paths, spec, signal);
  if (files.lines.length > 0) {
    checkLinesAlone(files);
    return { batches: (stop) => lineBatches(files.lines, spec, stop) };
  }
  const images = imagesByInput(files, spec);
  const data = spec.inputs.map((input) => dataOf(input, files, images, spec));
  const { samples, batches } = rowBatches(data, spec);
  const leading = spec.inputs.find(({ shape }) => shape.length > 0);
  const pictures = leading === undefined ? undefined : images.get(leading);
  return { samples, batches, ...(pictures === undefined ? {} : { pictures }) };
}

function imagesByInput(
  { images }: GatheredFiles,
  spec: CalibrationSpec,
): ReadonlyMap<CalibrationInput, readonly FileReference[]> {
  const found = new Map<CalibrationInput, readonly FileReference[]>();
  for (const [named, files] of images) {
    const { input } = imagePreparation(spec, named);
    found.set(input, [...(found.get(input) ?? []), ...files]);
  }
  return found;
}

function dataOf(
  input: CalibrationInput,
  { arrays }: GatheredFiles,
  images: ReadonlyMap<CalibrationInput, readonly FileReference[]>,
  spec: CalibrationSpec,
): RowData {
  const pictures = images.get(input);
  const given = arrays.get(input);
  if (pictures === undefined && given !== undefined) return arrayRows(input, given);
  if (pictures !== undefined && given === undefined)
    return imageRows(imagePreparation(spec, input), pictures);
  throw invalid(`input ${input.name}`, {
    expected: 'values of one kind for every input of the model',
    received: given === undefined ? 'none' : 'pictures and arrays',
    remedy: `Write ${input.name}=FILE.`,
  });
}

function checkLinesAlone({ lines, arrays, images }: GatheredFiles): void {
  if (arrays.size === 0 && images.size === 0) return;
  throw invalid((lines[0] as FileReference).where, {
    expected: 'JSON lines alone, because they give every input',
    received: 'other calibration data beside them',
  });
}
