import { seededRandom } from '@lowbit/core';
import {
  defined,
  type GroupInputs,
  isHeldOut,
  momentsCollector,
  type MomentsCollector,
  type ObservedInputs,
  type Random,
} from '@lowbit/core/adapter';
import type { InputRows } from '../../operators/operator.js';
import { rowCutter } from './cut-rows.js';

/** The samples of a batch among all. */
export interface SamplesOfBatch {
  readonly first: number;
  readonly count: number;
  /** Of all batches. */
  readonly all: number;
}

/** Gathers moments of the inputs of one weight, of all that multiply it. */
export interface RowGatherer {
  /** Takes the value in which the rows of a user lie. */
  add(user: number, values: ArrayLike<number>, dims: readonly number[], samples: SamplesOfBatch): void;
  /** What was seen, or why that is nothing. */
  result(): ObservedInputs | string;
}

/**
 * @param users Where the rows of each user lie.
 * @param inputs How many values a row has, by the shape of the weight.
 * @param most Rows of each user that are taken at most.
 */
export function rowGatherer(
  users: readonly InputRows[],
  { inputs, most, seed }: { readonly inputs: number; readonly most: number; readonly seed: number },
): RowGatherer {
  const cutters = users.map(rowCutter);
  const random = seededRandom(seed);
  const draws: (() => boolean)[] = [];
  const groups: Record<'seen' | 'heldOut', MomentsCollector>[] = [];
  const row = new Float32Array(inputs);
  let isOther = false;
  return {
    add(user, values, dims, { first, count, all }) {
      const cut = (cutters[user] as ReturnType<typeof rowCutter>)(values, dims);
      isOther ||= cut.count > 0 && cut.inputs !== inputs;
      if (isOther) return;
      const isDrawn = (draws[user] ??= drawRows((cut.count * all) / count / most, random));
      while (groups.length < cut.groups)
        groups.push({ seen: momentsCollector(inputs), heldOut: momentsCollector(inputs) });
      for (let at = 0; at < cut.count; at++) {
        if (!isDrawn()) continue;
        const part = isHeldOut(first + Math.floor((at * count) / cut.count), all) ? 'heldOut' : 'seen';
        for (let group = 0; group < cut.groups; group++) {
          cut.read(at, group, row);
          groups[group]?.[part].add(row);
        }
      }
    },
    result: () =>
      isOther ? 'the values that its layer takes are others than its shape says' : resultOf(groups),
  };
}

function resultOf(
  collectors: readonly Record<'seen' | 'heldOut', MomentsCollector>[],
): ObservedInputs | string {
  const groups = collectors.map(({ seen, heldOut }): GroupInputs => {
    const kept = heldOut.moments();
    return { seen: seen.moments(), ...defined({ heldOut: kept.count === 0 ? undefined : kept }) };
  });
  const isSeen = groups.length > 0 && groups.every(({ seen }) => seen.count > 0);
  return isSeen ? { groups } : 'none of its inputs were seen';
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
