import type { KnapsackProblem } from './knapsack.js';

/** A choice that was measured as a whole, by the index of the option of each item. */
export interface KnownChoice {
  readonly options: readonly number[];
  readonly effect: number;
}

/** Another option for one item. */
export interface Move {
  readonly item: number;
  readonly to: number;
}

/** The items whose options differ, `most` of them at most: more are not looked for. */
export function differing(one: readonly number[], other: readonly number[], most: number): readonly number[] {
  const items: number[] = [];
  for (let item = 0; item < one.length && items.length < most; item++)
    if (one[item] !== other[item]) items.push(item);
  return items;
}

/**
 * What moves of single items change in the effect of the whole, by what was measured: two choices that differ in one item tell what it
 * is worth beside all others, which single effects do not. By item, then by option; options that no pair tells are missing.
 *
 * @param now The choice that is moved from.
 * @param near Choices whose neighbours count, those first that count before others.
 */
export function localChanges(
  now: readonly number[],
  near: readonly KnownChoice[],
  known: readonly KnownChoice[],
): readonly ReadonlyMap<number, number>[] {
  const changes = now.map(() => new Map<number, number>());
  for (const base of near)
    for (const other of known) {
      const items = differing(base.options, other.options, 2);
      if (items.length !== 1) continue;
      const [item] = items;
      const [from, to] = [base.options[item], other.options[item]];
      const change = other.effect - base.effect;
      if (from === now[item] && !changes[item].has(to)) changes[item].set(to, change);
      if (to === now[item] && !changes[item].has(from)) changes[item].set(from, -change);
    }
  return changes;
}

/** How far a measured change may scale those beside it that were not measured. */
const mostScaled = 4;

/**
 * The knapsack with losses as they are around a choice: measured where they were, the others by single effects, scaled as the measured ones of
 * the same item differ from theirs. The loss of what an item has now is 0.
 */
export function aroundChoice(
  knapsack: KnapsackProblem,
  now: readonly number[],
  changes: readonly ReadonlyMap<number, number>[],
): KnapsackProblem {
  const items = knapsack.items.map((options, item) => {
    const singleTo = (to: number) => options[to].loss - options[now[item]].loss;
    const told = [...changes[item]];
    const single = told.reduce((sum, [to]) => sum + Math.abs(singleTo(to)), 0);
    const measured = told.reduce((sum, [, change]) => sum + Math.abs(change), 0);
    const scale = single > 0 ? Math.min(Math.max(measured / single, 1 / mostScaled), mostScaled) : 1;
    return options.map((option, to) => ({ ...option, loss: changes[item].get(to) ?? scale * singleTo(to) }));
  });
  return { ...knapsack, items };
}
