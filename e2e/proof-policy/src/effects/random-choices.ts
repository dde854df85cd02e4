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

/** Assignments from the narrowest widths to the widest, each weight near a level of its own. */
export function choicesOfSizes(
  { items }: Measurements,
  count: number,
  seed: number,
): readonly RandomChoice[] {
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

/** Random widths, moved until they take what so many bits everywhere take. */
export function choicesOfOneSize(
  { items }: Measurements,
  bits: number,
  count: number,
  seed: number,
): readonly RandomChoice[] {
  const random = seededRandom(seed);
  const target = items.reduce((sum, item) => sum + bytesAt(item, bits), 0);
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

/** The bytes of the candidate nearest to so many bits. */
function bytesAt({ candidates }: MeasuredItem, bits: number): number {
  const distance = ({ bits: own }: { readonly bits: number | 'float' }) =>
    Math.abs((own === 'float' ? 32 : own) - bits);
  return candidates.reduce((one, other) => (distance(other) < distance(one) ? other : one)).storedBytes;
}

function choiceOf(items: readonly MeasuredItem[], options: readonly number[]): RandomChoice {
  const chosen = items.map(({ candidates }, i) => candidates[options[i]!]!);
  return {
    choice: Object.fromEntries(items.flatMap(({ ids }, i) => ids.map((id) => [id, chosen[i]!.candidate]))),
    predicted: chosen.reduce((sum, { effect = 0 }) => sum + effect, 0),
    bytes: chosen.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
  };
}
