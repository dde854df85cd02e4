import { seededRandom } from '@lowbit/core';
import type { CandidateChoice, MeasuredItem, Measurements } from '@lowbit/core/policy';

/** An assignment of the whole model, with the sum of its single effects. */
export interface RandomChoice {
  readonly choice: CandidateChoice;
  readonly predicted: number;
  /** Of the weights. */
  readonly bytes: number;
}

/** Bytes of assignments of equal size differ by so much at most, to either side. */
const tolerance = 0.01;
/** An effect that ruins a network: half the variance of its outputs, or half a nat of its classes. What is ruined has no order. */
const ruin = 0.5;

/** Assignments from the narrowest widths to the widest, each weight near a level of its own. */
export function choicesOfSizes(
  measurements: Measurements,
  count: number,
  seed: number,
): readonly RandomChoice[] {
  const items = usable(measurements);
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const level = i / Math.max(count - 1, 1);
    return choiceOf(
      items,
      items.map(({ candidates }) => {
        const wanted = (level + 0.6 * (random() - 0.5)) * (candidates.length - 1);
        return Math.min(Math.max(Math.round(wanted), 0), candidates.length - 1);
      }),
    );
  });
}

/** Random widths, moved until they take what so many bits everywhere take: 4, or the fewest more whose effects ruin nothing together. */
export function choicesOfOneSize(
  measurements: Measurements,
  count: number,
  seed: number,
): readonly RandomChoice[] {
  const items = usable(measurements);
  const random = seededRandom(seed);
  const everywhere = [4, 5, 6].map((bits) => items.map((item) => nearest(item, bits)));
  const lost = (choice: readonly MeasuredCandidate[]) => sumOf(choice, ({ effect = 0 }) => effect);
  const level = everywhere.find((choice) => lost(choice) <= ruin) ?? items.map((item) => nearest(item, 8));
  const target = sumOf(level, ({ storedBytes }) => storedBytes);
  return Array.from({ length: count }, () => {
    const options = items.map(({ candidates }) => Math.floor(random() * candidates.length));
    for (;;) {
      const choice = choiceOf(items, options);
      if (Math.abs(choice.bytes / target - 1) <= tolerance) return choice;
      const item = Math.floor(random() * items.length);
      const { candidates } = items[item]!;
      const to = Math.floor(random() * candidates.length);
      const change = candidates[to]!.storedBytes - candidates[options[item]!]!.storedBytes;
      // What leads away from the target is taken now and then, so that no corner holds it for ever.
      if (change * (target - choice.bytes) > 0 || random() < 0.05) options[item] = to;
    }
  });
}

/** The items with those of their candidates that alone ruin nothing. */
const usable = ({ items }: Measurements): readonly MeasuredItem[] =>
  items.map((item) => {
    const candidates = item.candidates.filter(({ effect = 0 }) => effect <= ruin);
    return { ...item, candidates: candidates.length === 0 ? item.candidates.slice(-1) : candidates };
  });

type MeasuredCandidate = MeasuredItem['candidates'][number];

/** The candidate nearest to so many bits. */
function nearest({ candidates }: MeasuredItem, bits: number): MeasuredCandidate {
  const distance = ({ bits: own }: MeasuredCandidate) => Math.abs((own === 'float' ? 32 : own) - bits);
  return candidates.reduce((one, other) => (distance(other) < distance(one) ? other : one));
}

const sumOf = <Item>(all: readonly Item[], valueOf: (one: Item) => number): number =>
  all.reduce((sum, one) => sum + valueOf(one), 0);

function choiceOf(items: readonly MeasuredItem[], options: readonly number[]): RandomChoice {
  const chosen = items.map(({ candidates }, i) => candidates[options[i]!]!);
  return {
    choice: Object.fromEntries(items.flatMap(({ ids }, i) => ids.map((id) => [id, chosen[i]!.candidate]))),
    predicted: sumOf(chosen, ({ effect = 0 }) => effect),
    bytes: sumOf(chosen, ({ storedBytes }) => storedBytes),
  };
}
