import type { KnapsackOption, KnapsackProblem } from './knapsack.js';

/**
 * A choice with what is left of the resources spent too: as long as an item can get what takes more and loses no more, the one that saves
 * most gets it, of equals what takes least.
 *
 * @param options Index of the option of each item, within the capacities.
 * @returns The same list where nothing fits.
 */
export function filled(
  { items, capacities }: KnapsackProblem,
  options: readonly number[],
): readonly number[] {
  const left = capacities.map((capacity, at) =>
    options.reduce((rest, option, item) => rest - items[item][option].costs[at], capacity),
  );
  let now = options;
  for (;;) {
    const steps = now.flatMap((from, item) =>
      stepsOf(items, now, item, left).map((to) => ({ item, from, to })),
    );
    const saved = ({ item, from, to }: Step) => items[item][from].loss - items[item][to].loss;
    const taken = ({ item, from, to }: Step) => items[item][to].costs[0] - items[item][from].costs[0];
    const [best] = steps.sort((a, b) => saved(b) - saved(a) || taken(a) - taken(b) || a.item - b.item);
    if (best === undefined) return now;
    const { item, from, to } = best;
    for (const at of left.keys()) left[at] -= items[item][to].costs[at] - items[item][from].costs[at];
    now = now.with(item, to);
  }
}

interface Step {
  readonly item: number;
  readonly from: number;
  readonly to: number;
}

/** What an item may get beside the others: what takes more of the first resource, fits, loses no more, and keeps the order of ranks. */
function stepsOf(
  items: readonly (readonly KnapsackOption[])[],
  options: readonly number[],
  item: number,
  left: readonly number[],
): readonly number[] {
  const rankAt = (at: number): number | undefined => items[at]?.[options[at]].rank;
  const [most, least] = [rankAt(item - 1) ?? Infinity, rankAt(item + 1) ?? -Infinity];
  const own = items[item][options[item]];
  return items[item].flatMap(({ loss, costs, rank }, to) => {
    const isMore = costs[0] > own.costs[0] && loss <= own.loss && rank <= most && rank >= least;
    return isMore && costs.every((cost, at) => cost - own.costs[at] <= left[at]) ? [to] : [];
  });
}
