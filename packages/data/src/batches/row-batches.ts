import { stopIfAborted } from '@lowbit/core/adapter';
import { invalid } from '../problems.js';
import { isFixed, type CalibrationInput, type ReadOptions } from '../input/options.js';
import { reading } from '../problems.js';
import type { InputValues, RowData, RowReader } from './row-data.js';
import type { SampleBatch } from './sample-batch.js';

/** How one input takes part in every batch. */
interface Share {
  readonly data: RowData;
  /** Units a batch. */
  readonly units: number;
  readonly batches: number;
  /** Whether its only value serves every batch. */
  readonly reused: boolean;
}

/** Batches from data that is kept by input. */
export interface RowBatches {
  /** Samples in all batches together: steps along the first axis of the first input that has one. */
  readonly samples: number;
  readonly batches: AsyncIterable<SampleBatch>;
}

/**
 * Plans batches: an input with a fixed first axis gets as many rows as that says, another `batchSize`.
 *
 * @throws LowbitError `calibration-invalid` when the inputs do not have equally many.
 */
export function rowBatches(data: readonly RowData[], options: ReadOptions): RowBatches {
  const shares = shareAll(data, options);
  const leading = shares.find(({ data: { input } }) => input.shape.length > 0) ?? (shares[0] as Share);
  const samples = leading.reused ? 1 : leading.data.count;
  return { samples, batches: generate(shares, leading, options) };
}

async function* generate(
  shares: readonly Share[],
  leading: Share,
  { signal }: ReadOptions,
): AsyncGenerator<SampleBatch> {
  const total = Math.max(...shares.map(({ batches }) => batches));
  const readers = shares.map(({ data }) => data.open());
  const kept = new Map<Share, InputValues>();
  let first = 0;
  try {
    for (let done = 0; done < total; done++) {
      const inputs: [string, InputValues][] = [];
      for (const [i, share] of shares.entries()) {
        stopIfAborted(signal, reading);
        const values = kept.get(share) ?? (await take(readers[i] as RowReader, share, done));
        if (share.reused) kept.set(share, values);
        inputs.push([share.data.input.name, values]);
      }
      const samples = leading.data.unit === 'row' ? unitsAt(leading, done) : 1;
      yield { inputs: Object.fromEntries(inputs), samples, first };
      first += samples;
    }
  } finally {
    for (const reader of readers) await reader.close();
  }
}

function take(reader: RowReader, share: Share, batch: number): Promise<InputValues> {
  return reader.take(unitsAt(share, batch));
}

/** The last batch may be smaller. */
function unitsAt({ units, data }: Share, batch: number): number {
  return Math.min(units, data.count - batch * units);
}

function shareAll(data: readonly RowData[], options: ReadOptions): readonly Share[] {
  const plain = data.map((item) => shareOf(item, options));
  const most = Math.max(...plain.map(({ batches }) => batches));
  const shares = plain.map((share) => ({ ...share, reused: share.batches === 1 && most > 1 }));
  for (const { reused, data: item } of shares) {
    if (reused) options.onNote?.(`The only value of the input ${item.input.name} is used for every batch.`);
  }
  checkEqual(shares.filter(({ reused }) => !reused));
  return shares;
}

function shareOf(data: RowData, options: ReadOptions): Omit<Share, 'reused'> {
  const { input, unit, count } = data;
  if (unit === 'whole') return { data, units: 1, batches: count };
  const axis = input.shape[0];
  if (!isFixed(axis)) {
    const units = Math.min(options.batchSize ?? 1, count);
    return { data, units, batches: Math.ceil(count / units) };
  }
  const batches = Math.floor(count / axis);
  if (batches === 0) {
    throw invalid(`input ${input.name}`, {
      expected: `at least ${axis} samples, because the model takes ${axis} at once`,
      received: `${count}`,
    });
  }
  const rest = count - batches * axis;
  if (rest > 0)
    options.onNote?.(`The last ${rest} samples do not fill a batch of ${axis} and were left out.`);
  return { data, units: axis, batches };
}

function checkEqual(shares: readonly Share[]): void {
  const [first, ...others] = shares;
  for (const other of others) {
    const bothOpen = [first, other].every((share) => hasOpenRows((share as Share).data));
    const same =
      other.batches === first?.batches && (!bothOpen || other.data.count === (first as Share).data.count);
    if (!same) throw unequal((first as Share).data, other.data);
  }
}

function hasOpenRows({ input, unit }: RowData): boolean {
  return unit === 'row' && !isFixed(input.shape[0]);
}

function unequal(first: RowData, other: RowData): Error {
  const counted = ({ count, input }: { readonly count: number; readonly input: CalibrationInput }) =>
    `${count} for ${input.name}`;
  return invalid(`input ${other.input.name}`, {
    expected: `as many samples as for ${first.input.name}`,
    received: `${counted(first)}, ${counted(other)}`,
  });
}
