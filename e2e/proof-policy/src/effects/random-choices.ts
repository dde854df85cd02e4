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
export function choicesOfSizes({ items }: Measurements, { count, seed }: Drawn): readonly RandomChoice[] {
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

/** Random widths that alone ruin nothing, moved until they take what 4 bits everywhere take. */
export function choicesOfOneSize(
  { items: all }: Measurements,
  { count, seed }: Drawn,
): readonly RandomChoice[] {
  const target = bytesAt(all, 4);
  const items = all.map((item) => {
    const candidates = item.candidates.filter(({ effect = 0 }) => effect <= ruin);
    return { ...item, candidates: candidates.length === 0 ? item.candidates.slice(-1) : candidates };
  });
  const random = seededRandom(seed);
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

/** Bytes of the weights with so many bits everywhere, or what they have nearest to it. */
function bytesAt(items: readonly MeasuredItem[], bits: number): number {
  const distance = ({ bits: own }: { readonly bits: number | 'float' }) =>
    Math.abs((own === 'float' ? 32 : own) - bits);
  return sumOf(
    items.map(({ candidates }) =>
      candidates.reduce((one, other) => (distance(other) < distance(one) ? other : one)),
    ),
    ({ storedBytes }) => storedBytes,
  );
}

/** How many assignments are drawn, and from where. */
interface Drawn {
  readonly count: number;
  readonly seed: number;
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
