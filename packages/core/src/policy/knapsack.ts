import { checkHas } from '../errors/check-kinds.js';
import {
  added,
  bestRelaxation,
  optionsOf,
  priced,
  relaxed,
  type Relaxation,
  type Rest,
} from './relaxation.js';

/** One way to take an item. */
export interface KnapsackOption {
  /** What it adds to the loss. */
  readonly loss: number;
  /** What it takes of each resource, ≥ 0. */
  readonly costs: readonly number[];
  /** 0 … ranks − 1: no item has a higher rank than the one before it. 0 everywhere where order does not count. */
  readonly rank: number;
}

/** Of each item exactly one option is taken, so that the loss is smallest and no resource is exceeded. */
export interface KnapsackProblem {
  readonly items: readonly (readonly KnapsackOption[])[];
  /** How much there is of each resource. */
  readonly capacities: readonly number[];
  readonly ranks: number;
}

export interface KnapsackSolution {
  /** Index of the option of each item. */
  readonly chosen: readonly number[];
  readonly loss: number;
  readonly costs: readonly number[];
  /** No choice that can be afforded has a loss below this: equal to the loss where the choice is proven best. */
  readonly bound: number;
}

/** Extensions of partial choices that are looked at: a few hundredths of a second; more where order or several resources count. */
const mostWork = { plain: 40_000, others: 400_000 };
/** Partial choices that are compared with each other at most. */
const mostCompared = 1000;

/**
 * Solves a multiple-choice knapsack: exactly, unless more work than {@link mostWork} is needed; then the bound says how far from the best
 * the solution may be.
 *
 * Partial choices are extended item by item; one is dropped where another is at least as good in everything, or where the Lagrangian
 * bound of what it can become is not below the best choice found. Where too many are left, those with the lowest bounds go on. Equal
 * losses: the first found, so that the same problem has the same solution.
 *
 * @returns `undefined` where nothing was found that can be afforded; for one resource there is nothing then.
 * @throws LowbitError `invalid-argument` for what is no such problem.
 */
export function solveKnapsack(problem: KnapsackProblem): KnapsackSolution | undefined {
  checkHas(
    problem,
    ['items', 'capacities', 'ranks'],
    'solveKnapsack(problem)',
    'items, capacities and ranks',
  );
  const { relaxation, affordable } = bestRelaxation(problem);
  if (problem.ranks > 1) return searched(problem, relaxation, affordable);
  // The items about which least is clear come first: what the others take is then soon known.
  const order = problem.items
    .map((options, item) => ({ item, doubt: regret(options, relaxation.prices) }))
    .sort((a, b) => a.doubt - b.doubt || a.item - b.item);
  const sorted = { ...problem, items: order.map(({ item }) => problem.items[item]) };
  const found = searched(sorted, relaxed(sorted, relaxation.prices), undefined);
  const chosen = new Array<number>(order.length);
  order.forEach(({ item }, i) => (chosen[item] = found?.chosen[i] ?? -1));
  return found && { ...found, chosen };
}

function searched(
  problem: KnapsackProblem,
  relaxation: Relaxation,
  affordable: Rest | undefined,
): KnapsackSolution | undefined {
  const { best, bound } = search(problem, relaxation, affordable ?? leanest(problem));
  if (best === undefined) return undefined;
  const { chosen, loss, costs } = best;
  return { chosen, loss, costs, bound: Math.min(loss, Math.max(bound, relaxation.bound)) };
}

/** How much worse than the best option of an item the next one is, at these prices. */
function regret(options: readonly KnapsackOption[], prices: readonly number[]): number {
  const totals = options.map(({ loss, costs }) => loss + priced(costs, prices)).sort((a, b) => a - b);
  return options.length === 1 ? Infinity : totals[1] - totals[0];
}

/** The least that can be taken of a resource, whatever it loses and whatever is taken of others. */
export function leastCost(problem: KnapsackProblem, resource: number): number {
  checkHas(problem, ['items', 'capacities', 'ranks'], 'leastCost(problem)', 'items, capacities and ranks');
  return cheapestIn(problem, resource).loss;
}

/** The choice that takes least of the first resource, where that can be afforded. */
function leanest(problem: KnapsackProblem): Rest | undefined {
  const { items, capacities } = problem;
  const choice = cheapestIn(problem, 0);
  if (choice.loss === Infinity) return undefined;
  const options = optionsOf(choice).map((option, item) => items[item][option]);
  const costs = options.reduce<readonly number[]>(
    (sum, option) => added(sum, option.costs),
    capacities.map(() => 0),
  );
  const loss = options.reduce((sum, option) => sum + option.loss, 0);
  return costs.every((cost, i) => cost <= capacities[i]) ? { ...choice, loss, costs } : undefined;
}

/** The choice that takes least of a resource, which its loss is. */
function cheapestIn({ items, ranks }: KnapsackProblem, resource: number): Rest {
  const priced = items.map((options) =>
    options.map(({ costs, rank }) => ({ rank, loss: costs[resource], costs: [0] })),
  );
  return bestRelaxation({ items: priced, capacities: [0], ranks }).relaxation.rest[0][ranks - 1];
}

/** A choice for the first items. */
interface State {
  readonly loss: number;
  readonly costs: readonly number[];
  readonly rank: number;
  readonly option: number;
  readonly before: State | undefined;
  /** Lower bound of the loss of all that it can become. */
  readonly bound: number;
}

interface Choice {
  readonly chosen: readonly number[];
  readonly loss: number;
  readonly costs: readonly number[];
}

function search(problem: KnapsackProblem, relaxation: Relaxation, first: Rest | undefined) {
  const { items, capacities, ranks } = problem;
  const { prices, rest } = relaxation;
  const work = ranks === 1 && capacities.length === 1 ? mostWork.plain : mostWork.others;
  const mostStates = Math.min(mostCompared, Math.max(16, Math.floor(work / items.flat().length)));
  const leastLeft = capacities.map((_, resource) => leastAfter(problem, resource));
  let best: Choice | undefined = first && { ...first, chosen: optionsOf(first) };
  let bound = Infinity;
  const limit = () =>
    best === undefined ? Infinity : best.loss - 1e-12 * Math.max(Math.abs(best.loss), 1e-300);
  // What a partial choice becomes with what is cheapest after it.
  const offer = (state: State, after: Rest): void => {
    if (state.loss + after.loss >= limit()) return;
    const costs = added(state.costs, after.costs);
    if (costs.some((cost, i) => cost > capacities[i])) return;
    best = { chosen: [...pathOf(state), ...optionsOf(after)], loss: state.loss + after.loss, costs };
  };
  const extended = (states: readonly State[], item: number): State[] => {
    const next: State[] = [];
    const pricedLosses = items[item].map((option) => option.loss + priced(option.costs, prices));
    for (const before of states)
      for (let option = 0; option < items[item].length; option++) {
        const { loss: own, costs: taken, rank } = items[item][option];
        if (rank > before.rank) continue;
        const after = rest[item + 1][rank];
        // What the option adds to the bound: nothing for the one that the relaxation takes. Most are dropped here.
        const bound = before.bound + pricedLosses[option] + after.total - rest[item][before.rank].total;
        if (bound >= limit()) continue;
        const costs = added(before.costs, taken);
        if (costs.some((cost, i) => cost + leastLeft[i][item + 1] > capacities[i])) continue;
        const state = { loss: before.loss + own, costs, rank, option, before, bound };
        offer(state, after);
        next.push(state);
      }
    return next;
  };
  const start = { loss: 0, costs: capacities.map(() => 0), rank: ranks - 1, option: -1, before: undefined };
  let states: readonly State[] = [{ ...start, bound: relaxation.bound }];
  for (let item = 0; item < items.length; item++) {
    const left = undominated(extended(states, item).filter((state) => state.bound < limit()));
    states = left.slice(0, mostStates);
    if (left.length > mostStates) bound = Math.min(bound, left[mostStates].bound);
  }
  return { best, bound };
}

function pathOf(state: State): readonly number[] {
  const chosen: number[] = [];
  for (let at = state; at.before !== undefined; at = at.before) chosen.push(at.option);
  return chosen.reverse();
}

/** Of each resource, what all items from one on take at least. */
function leastAfter({ items }: KnapsackProblem, resource: number): readonly number[] {
  const least = new Array<number>(items.length + 1).fill(0);
  for (let item = items.length - 1; item >= 0; item--)
    least[item] = least[item + 1] + Math.min(...items[item].map(({ costs }) => costs[resource]));
  return least;
}

/** Without those than which another loses no more, takes no more of anything and allows as much after it; lowest bounds first. */
function undominated(states: State[]): readonly State[] {
  states.sort((a, b) => a.costs[0] - b.costs[0] || a.loss - b.loss || b.rank - a.rank);
  const kept: State[] = [];
  // What was kept takes no more of the first resource; of one resource the last kept of each rank loses least.
  const isPlain = states[0]?.costs.length === 1;
  const leastLoss: number[] = [];
  for (const state of states) {
    const isWorse = isPlain
      ? leastLoss.some((loss, rank) => rank >= state.rank && loss <= state.loss)
      : kept.some((other) => isNoBetter(state, other));
    if (isWorse) continue;
    kept.push(state);
    leastLoss[state.rank] = state.loss;
  }
  return kept.sort((a, b) => a.bound - b.bound);
}

const isNoBetter = (state: State, other: State): boolean =>
  other.rank >= state.rank &&
  other.loss <= state.loss &&
  other.costs.every((cost, i) => cost <= state.costs[i]);
