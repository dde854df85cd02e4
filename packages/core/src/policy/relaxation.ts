import type { KnapsackOption, KnapsackProblem } from './knapsack.js';

/** A knapsack whose limits are replaced by prices: its items are independent but for their ranks. */
export interface Relaxation {
  /** Price of one unit of each resource, ≥ 0. */
  readonly prices: readonly number[];
  /** Lower bound of the loss of every choice that is affordable. */
  readonly bound: number;
  /** `rest[item][rank]`: what is cheapest at these prices for this item and all after it, when ranks may not exceed `rank`. */
  readonly rest: readonly (readonly Rest[])[];
}

/** A choice for the last items. */
export interface Rest {
  /** Losses and priced costs. */
  readonly total: number;
  readonly loss: number;
  readonly costs: readonly number[];
  /** Index of the first item's option, and the choice for those after it. */
  readonly option: number;
  readonly after: Rest | undefined;
}

/** For any prices it bounds the loss from below. */
export function relaxed(
  { items, capacities, ranks }: KnapsackProblem,
  prices: readonly number[],
): Relaxation {
  const nothing: Rest = {
    total: 0,
    loss: 0,
    costs: capacities.map(() => 0),
    option: -1,
    after: undefined,
  };
  const impossible: Rest = { ...nothing, total: Infinity, loss: Infinity };
  const rest: Rest[][] = new Array<Rest[]>(items.length + 1);
  rest[items.length] = new Array<Rest>(ranks).fill(nothing);
  for (let item = items.length - 1; item >= 0; item--) {
    const own = cheapest(items[item], rest[item + 1], prices, impossible);
    // What a rank allows, all above it allow too.
    for (let rank = 1; rank < ranks; rank++)
      if (own[rank - 1].total <= own[rank].total) own[rank] = own[rank - 1];
    rest[item] = own;
  }
  return { prices, bound: rest[0][ranks - 1].total - priced(capacities, prices), rest };
}

/** By rank, the option of exactly this rank that is cheapest together with what comes after it. */
function cheapest(
  options: readonly KnapsackOption[],
  after: readonly Rest[],
  prices: readonly number[],
  impossible: Rest,
): Rest[] {
  const totals = new Array<number>(after.length).fill(Infinity);
  const best = new Array<number>(after.length).fill(-1);
  for (let i = 0; i < options.length; i++) {
    const { rank, loss, costs } = options[i];
    const total = loss + priced(costs, prices) + after[rank].total;
    if (total < totals[rank]) [totals[rank], best[rank]] = [total, i];
  }
  return best.map((option, rank) => {
    if (option < 0) return impossible;
    const [{ loss, costs }, rest] = [options[option], after[rank]];
    return {
      total: totals[rank],
      loss: loss + rest.loss,
      costs: added(costs, rest.costs),
      option,
      after: rest,
    };
  });
}

/** What costs amount to at these prices. */
export function priced(costs: readonly number[], prices: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < prices.length; i++) sum += prices[i] * costs[i];
  return sum;
}

export const added = (one: readonly number[], other: readonly number[]): readonly number[] =>
  one.length === 1 ? [one[0] + other[0]] : one.map((cost, i) => cost + other[i]);

/** The options that make up a choice for all items. */
export function optionsOf(rest: Rest): readonly number[] {
  const chosen: number[] = [];
  for (let at: Rest | undefined = rest; at?.after !== undefined; at = at.after) chosen.push(at.option);
  return chosen;
}

/** Halvings after which a price is as exact as it is worth. */
const halvings = 40;
/** Rounds in which the price of each resource is sought while the others stay. */
const mostRounds = 8;

/**
 * The relaxation with the highest bound: up to rounding for one resource; for several the price of each is sought in turn. With it the
 * best choice that was met on the way and can be afforded, where there is one.
 */
export function bestRelaxation(problem: KnapsackProblem): {
  readonly relaxation: Relaxation;
  readonly affordable: Rest | undefined;
} {
  const { capacities, ranks } = problem;
  let prices: readonly number[] = capacities.map(() => 0);
  let best = relaxed(problem, prices);
  let affordable: Rest | undefined;
  const consider = (found: Relaxation): void => {
    if (found.bound > best.bound) best = found;
    const choice = found.rest[0][ranks - 1];
    const isBetter = choice.loss < (affordable?.loss ?? Infinity);
    if (isBetter && choice.costs.every((cost, i) => cost <= capacities[i])) affordable = choice;
  };
  consider(best);
  if (affordable !== undefined) return { relaxation: best, affordable };
  for (let round = 0; round < (capacities.length === 1 ? 1 : mostRounds); round++)
    for (let resource = 0; resource < capacities.length; resource++)
      prices = searched(problem, prices, resource, consider);
  return { relaxation: best, affordable };
}

/** The prices with the least one of a resource at which what is cheapest does not exceed its limit. */
function searched(
  problem: KnapsackProblem,
  prices: readonly number[],
  resource: number,
  consider: (found: Relaxation) => void,
): readonly number[] {
  const { capacities, ranks } = problem;
  const fitsAt = (price: number): boolean => {
    const found = relaxed(problem, prices.with(resource, price));
    consider(found);
    return found.rest[0][ranks - 1].costs[resource] <= capacities[resource];
  };
  let [low, high] = [0, highestPrice(problem, resource)];
  fitsAt(high);
  for (let i = 0; i < halvings && low < high; i++) {
    // Prices of very different sizes are in question: halved are their exponents as long as there is a lower end.
    const price = low > 0 ? Math.sqrt(low) * Math.sqrt(high) : high / 2 ** 20;
    if (fitsAt(price)) high = price;
    else low = price;
    if (high / low < 1 + 1e-12 || high < Number.MIN_VALUE * 2 ** 40) break;
  }
  return prices.with(resource, high);
}

/** At this price no loss is worth what it costs. */
function highestPrice({ items }: KnapsackProblem, resource: number): number {
  let loss = 0;
  let least = Infinity;
  for (const options of items) {
    const losses = options.map((option) => option.loss);
    loss += Math.max(...losses) - Math.min(...losses);
    const costs = [...new Set(options.map((option) => option.costs[resource]))].sort((a, b) => a - b);
    for (let i = 1; i < costs.length; i++) least = Math.min(least, costs[i] - costs[i - 1]);
  }
  return Number.isFinite(least) ? Math.max((2 * loss) / least, Number.MIN_VALUE * 2 ** 60) : 0;
}
