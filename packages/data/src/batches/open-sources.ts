import type { DataFile } from '../bytes/data-file.js';
import { decodeImage } from '../image/decode-image.js';
import { imagePreparation } from '../image/preparation.js';
import { invalid } from '../problems.js';
import { lineBatches } from './line-batches.js';
import { arrayRows } from './array-rows.js';
import { imageRows } from './image-rows.js';
import { rowBatches } from './row-batches.js';
import type { RowData } from './row-data.js';
import type { SampleBatch } from './sample-batch.js';
import type { CalibrationInput, ReadOptions } from '../input/options.js';
import type { DataSource } from './data-source.js';
import { gatherFiles, type GatheredFiles } from './gather.js';
import { defined } from '@lowbit/core/adapter';

/** Batches from everything that was named. */
export interface OpenedSources {
  /** Samples in all batches; unknown for JSON lines before they are read. */
  readonly samples?: number;
  /** The pictures that the samples are, in order. */
  readonly pictures?: readonly DataFile[];
  readonly batches: AsyncIterable<SampleBatch>;
}

/**
 * Finds out what the files hold and how it makes batches.
 *
 * @throws LowbitError when anything does not fit the model's inputs.
 */
export async function openSources(source: DataSource, options: ReadOptions): Promise<OpenedSources> {
  const files = await gatherFiles(source.groups(options.signal), options);
  if (files.lines.length > 0) {
    checkLinesAlone(files);
    return { batches: lineBatches(files.lines, options) };
  }
  const images = imagesByInput(files, options);
  const data = options.inputs.map((input) => dataOf(input, files, images, source, options));
  const { samples, batches } = rowBatches(data, options);
  const leading = options.inputs.find(({ shape }) => shape.length > 0);
  const pictures = leading === undefined ? undefined : images.get(leading);
  return { samples, batches, ...defined({ pictures }) };
}

function imagesByInput(
  { images }: GatheredFiles,
  options: ReadOptions,
): ReadonlyMap<CalibrationInput, readonly DataFile[]> {
  const found = new Map<CalibrationInput, readonly DataFile[]>();
  for (const [named, files] of images) {
    const { input } = imagePreparation(options, named);
    found.set(input, [...(found.get(input) ?? []), ...files]);
  }
  return found;
}

function dataOf(
  input: CalibrationInput,
  { arrays }: GatheredFiles,
  images: ReadonlyMap<CalibrationInput, readonly DataFile[]>,
  { decode = decodeImage }: DataSource,
  options: ReadOptions,
): RowData {
  const pictures = images.get(input);
  const given = arrays.get(input);
  if (pictures === undefined && given !== undefined) return arrayRows(input, given);
  if (pictures !== undefined && given === undefined)
    return imageRows(imagePreparation(options, input), pictures, decode);
  throw invalid(`input ${input.name}`, {
    expected: 'values of one kind for every input of the model',
    received: given === undefined ? 'none' : 'pictures and arrays',
    remedy: `Write ${input.name}=FILE.`,
  });
}

function checkLinesAlone({ lines, arrays, images }: GatheredFiles): void {
  if (arrays.size === 0 && images.size === 0) return;
  throw invalid((lines[0] as DataFile).where, {
    expected: 'JSON lines alone, because they give every input',
    received: 'other calibration data beside them',
  });
}
