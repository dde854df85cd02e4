import { sizeOf } from '@lowbit/core/adapter';
import type { ByteSource } from '../bytes/data-file.js';
import { checkWhole, copyChecked, elementsOf, type Numbers } from '../input/elements.js';
import { invalid } from '../problems.js';
import { limits } from '../limits.js';
import type { ArrayFile } from '../npy/array-file.js';
import { rowOrderSource } from '../npy/row-order.js';
import type { CalibrationInput } from '../input/options.js';
import { placeArray, worded, type Placement } from '../input/placement.js';
import type { InputValues, RowData, RowReader } from './row-data.js';

interface Part {
  readonly file: ArrayFile;
  readonly placement: Placement;
}

/**
 * The arrays of one input, one after the other. One file is open at a time.
 *
 * @throws LowbitError `calibration-invalid` when the type or the shape of one does not fit the input.
 */
export function arrayRows(input: CalibrationInput, files: readonly ArrayFile[]): RowData {
  const parts = files.map((file) => {
    checkType(file, input);
    return { file, placement: placeArray(file.header.shape, input, file.where) };
  });
  const unit = (parts[0] as Part).placement.unit;
  const other = parts.find(({ placement }) => placement.unit !== unit);
  if (other !== undefined) {
    throw invalid(other.file.where, {
      expected: `as many axes as in ${files[0]?.where}`,
      received: worded(other.file.header.shape),
    });
  }
  const count = parts.reduce((sum, { placement }) => sum + placement.count, 0);
  return { input, unit, count, open: () => reader(input, parts, unit, count) };
}

function reader(
  input: CalibrationInput,
  parts: readonly Part[],
  unit: RowReader['unit'],
  count: number,
): RowReader {
  let index = 0;
  let taken = 0;
  let source: ByteSource | undefined;
  const close = async () => {
    await source?.close();
    source = undefined;
  };
  const takeFromPart = async (most: number): Promise<Piece> => {
    const { file, placement } = parts[index] as Part;
    source ??= await rowOrderSource(file);
    const units = Math.min(most, placement.count - taken);
    const bytes = await source.read(units * sizeOf(placement.shape) * file.header.type.bytes);
    const first = taken;
    taken += units;
    if (taken === placement.count) {
      await source.finish();
      await close();
      index++;
      taken = 0;
    }
    const values = file.header.type.values(bytes);
    const isWhole = file.header.type.kind === 'integer';
    return { units, first, shape: placement.shape, values, isWhole, where: file.where };
  };
  const take = async (units: number) => {
    const { placement, file } = parts[index] as Part;
    const shape = unit === 'row' ? [units, ...placement.shape] : placement.shape;
    checkBatchSize(sizeOf(shape) * Math.max(file.header.type.bytes, 8), file.where);
    const data = elementsOf(input).allocate(sizeOf(shape));
    await fill(data, units, placement.shape, input, takeFromPart);
    return { shape, data } satisfies InputValues;
  };
  return { input, unit, count, take, close };
}

interface Piece {
  readonly units: number;
  /** The place of the first among the units of its file, from 0. */
  readonly first: number;
  readonly shape: readonly number[];
  readonly values: ArrayLike<number | bigint>;
  readonly isWhole: boolean;
  readonly where: string;
}

async function fill(
  data: Numbers,
  units: number,
  shape: readonly number[],
  input: CalibrationInput,
  takeFromPart: (most: number) => Promise<Piece>,
): Promise<void> {
  const size = sizeOf(shape);
  for (let done = 0; done < units;) {
    const piece = await takeFromPart(units - done);
    if (worded(piece.shape) !== worded(shape)) {
      throw invalid(piece.where, {
        expected: `samples of the shape ${worded(shape)}, as in the same batch before`,
        received: worded(piece.shape),
        remedy: 'Read samples of different shapes in batches of one.',
      });
    }
    const whereOf = (i: number) => `${piece.where}: sample ${piece.first + Math.floor(i / size) + 1}`;
    if (piece.isWhole && elementsOf(input).kind === 'float') checkWhole(piece.values, input, whereOf);
    copyChecked(piece.values, data, done * size, input, whereOf);
    done += piece.units;
  }
}

/** Integers go into floats too: numpy makes int64 of the numbers of words, and Keras takes these as float32. */
function checkType({ where, header }: ArrayFile, input: CalibrationInput): void {
  const { kind } = elementsOf(input);
  if (header.type.kind === kind || (header.type.kind === 'integer' && kind === 'float')) return;
  throw invalid(where, {
    expected: `elements that fit the type ${input.type} of the input ${input.name}`,
    received: header.typeName,
    remedy: `Convert the array before saving it, for instance with .astype('${input.type}').`,
  });
}

function checkBatchSize(bytes: number, where: string): void {
  if (bytes <= limits.batch) return;
  throw invalid(where, {
    expected: `at most ${limits.batch} bytes for one batch`,
    received: `${bytes}`,
    remedy: 'Use smaller batches, or smaller samples.',
  });
}
