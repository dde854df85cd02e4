import { checkOptions, optionTypes, type OptionTypes } from '../errors/check-argument.js';
import type { Random } from '../numeric/random.js';
import { isHeldOut, type SamplesOfBatch } from './held-out.js';
import { type InputMoments, type MomentsCollector, momentsCollector } from './moments.js';

/** Rows that channels were multiplied with, of which each group of channels has its own part. */
export interface CutRows {
  readonly count: number;
  /** Tells of a row which of so many samples it is of. Absent, or where it gives nothing: rows of a sample follow one another. */
  sampleOf?(samples: number): ((row: number) => number) | undefined;
  readonly groups: number;
  /** Values of a row of one group. */
  readonly inputs: number;
  /** Puts a row of a group into an array. */
  read(row: number, group: number, into: Float32Array): void;
}

/** Moments of one group of channels: of samples that are seen, and of those that are kept back. */
interface GatheredGroup {
  readonly seen: InputMoments;
  readonly heldOut?: InputMoments;
}

/** Gathers moments of the inputs of channels. */
export interface RowGatherer {
  /** Takes the rows of a batch, of each user of a weight in turn. @param user Which of several. */
  add(rows: CutRows, samples: SamplesOfBatch, user?: number): void;
  /** One a group, or why there are none. */
  result(): readonly GatheredGroup[] | string;
}

export interface RowGathererOptions {
  /** How many values a row has. */
  readonly inputs: number;
  /** Rows of each user that are taken at most; of more, as many are drawn evenly. */
  readonly most: number;
  readonly random: Random;
  /** Whether it is enough where means over the rows are off by about a hundredth, which takes fewer rows of few inputs. */
  readonly roughly?: boolean;
  /** Rows of each user that will come of all batches. Default: as many a sample as the first ones have. */
  readonly expected?: number;
}

const positive = { expected: 'a number above 0', fits: (value: unknown) => (value as number) > 0 };

const types: OptionTypes<RowGathererOptions> = {
  inputs: optionTypes.count,
  most: positive,
  random: optionTypes.callback,
  roughly: optionTypes.flag,
  expected: positive,
};

/** Rows that are enough of so many inputs where means may be off by about a hundredth. */
const enoughRows = (inputs: number): number => Math.max(2 ** 14, 2 ** 10 * inputs);

/** @throws LowbitError `invalid-argument`, `unsupported-option`. */
export function rowGatherer(options: RowGathererOptions): RowGatherer {
  checkOptions(options, types, 'rowGatherer');
  const { inputs, random, roughly = false, expected } = options;
  const most = roughly ? Math.min(options.most, enoughRows(inputs)) : options.most;
  const groups: Record<'seen' | 'heldOut', MomentsCollector>[] = [];
  const row = new Float32Array(inputs);
  const draws: (() => boolean)[] = [];
  let isOther = false;
  return {
    add(rows, { first, count, all }, user = 0) {
      if (rows.count === 0 || isOther) return;
      isOther = rows.inputs !== inputs;
      if (isOther) return;
      const isDrawn = (draws[user] ??= drawRows((expected ?? (rows.count * all) / count) / most, random));
      while (groups.length < rows.groups)
        groups.push({ seen: momentsCollector(inputs), heldOut: momentsCollector(inputs) });
      const sampleOf = rows.sampleOf?.(count) ?? ((at: number) => Math.floor((at * count) / rows.count));
      for (let at = 0; at < rows.count; at++) {
        if (!isDrawn()) continue;
        const part = isHeldOut(first + sampleOf(at), all) ? 'heldOut' : 'seen';
        for (let group = 0; group < rows.groups; group++) {
          rows.read(at, group, row);
          groups[group]?.[part].add(row);
        }
      }
    },
    result: () =>
      isOther ? 'the values that its layer takes are others than its shape says' : gathered(groups),
  };
}

function gathered(
  collectors: readonly Record<'seen' | 'heldOut', MomentsCollector>[],
): readonly GatheredGroup[] | string {
  const groups = collectors.map(({ seen, heldOut }): GatheredGroup => {
    const kept = heldOut.moments();
    return { seen: seen.moments(), ...(kept.count > 0 && { heldOut: kept }) };
  });
  const isSeen = groups.length > 0 && groups.every(({ seen }) => seen.count > 0);
  return isSeen ? groups : 'none of its inputs were seen';
}

/** Says of one row after the other whether it is taken: of each `step` rows one, at a place that is drawn. */
export function drawRows(step: number, random: Random): () => boolean {
  let row = 0;
  let stratum = 0;
  let next = step <= 1 ? 0 : Math.floor(random() * step);
  return () => {
    if (step <= 1) return true;
    const isTaken = row++ >= next;
    if (isTaken) next = Math.floor((++stratum + random()) * step);
    return isTaken;
  };
}
