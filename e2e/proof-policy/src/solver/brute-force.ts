import type { KnapsackOption, KnapsackProblem } from '@lowbit/core/policy';

/** The least loss of all choices that keep capacities and order, each tried; `undefined` where none does. */
export function bruteForce({ items, capacities }: KnapsackProblem): number | undefined {
  let best = Infinity;
  const extend = (item: number, chosen: readonly KnapsackOption[]): void => {
    if (item < items.length) {
      const before = chosen.at(-1);
      for (const option of items[item]!)
        if (before === undefined || option.rank <= before.rank) extend(item + 1, [...chosen, option]);
      return;
    }
    const fits = capacities.every(
      (capacity, i) => chosen.reduce((sum, { costs }) => sum + costs[i]!, 0) <= capacity,
    );
    if (fits)
      best = Math.min(
        best,
        chosen.reduce((sum, { loss }) => sum + loss, 0),
      );
  };
  extend(0, []);
  return best === Infinity ? undefined : best;
}
