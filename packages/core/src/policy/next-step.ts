import { filled } from './filled.js';
import { type KnapsackProblem, solveKnapsack } from './knapsack.js';
import { isWithin } from './limits.js';
import { aroundChoice, differing, type KnownChoice, localChanges, type Move } from './local-losses.js';
import { bestRelaxation, priced } from './relaxation.js';

/** What was measured of whole choices. */
export interface Explored {
  readonly known: readonly KnownChoice[];
  /** Those that keep the limits. */
  readonly within: readonly KnownChoice[];
  /** Choices of about this size that are measured at most. */
  readonly tries?: number;
}

/** Of all tries, those that are kept for choices within the limits. */
export const forChoices = 12;
/** Moves of single items beside all others that are measured at most. */
const mostProbes = 150;

/** Choices that are measured at most where nothing else is said: those for choices, and with a limit of size two for each item. */
export const defaultTries = (items: number, isOfSize: boolean): number =>
  forChoices + (isOfSize ? Math.min(2 * items, mostProbes) : 0);

/**
 * What is worth measuring next around the best choice: first what single weights are worth beside all others, where the decision may hang
 * on it; then the best choice by that, and pairs of which one gets more and the other less. Where the best leaves room, what fills it comes before all.
 *
 * @returns `undefined` where nothing is left to try.
 */
export function nextStep(
  knapsack: KnapsackProblem,
  { options: now }: KnownChoice,
  { known, within, tries = defaultTries(now.length, true) }: Explored,
): readonly number[] | undefined {
  const isKnown = (options: readonly number[]) =>
    known.some((one) => differing(one.options, options, 1).length === 0);
  // What leaves room for more is the best only as long as nobody has seen what more does.
  const full = filled(knapsack, now);
  if (!isKnown(full)) return full;
  const near = [...within].sort((a, b) => a.effect - b.effect);
  const neighbours = known.filter(({ options }) =>
    near.some((one) => differing(one.options, options, 2).length < 2),
  );
  const left = tries - known.filter(({ options }) => isAsLarge(knapsack, options)).length;
  if (left <= 0) return undefined;
  const changes = localChanges(now, near, neighbours);
  const probe =
    left > forChoices
      ? probesFrom(knapsack, now).find(
          ({ item, to }) => !changes[item].has(to) && !isKnown(now.with(item, to)),
        )
      : undefined;
  if (probe !== undefined) return now.with(probe.item, probe.to);
  const around = aroundChoice(knapsack, now, changes);
  return bestJump(knapsack, around, now, isKnown) ?? bestSwap(knapsack, around, now, isKnown);
}

/** Prices of a change, as parts of what a change of the whole jump gains on average, least first. */
const restraints = [0, 0.5, 1, 2, 4] as const;

/**
 * The best choice by the losses around another, or a shorter way towards it where that is known already: what many changes at once are
 * worth is not what each is worth beside the others, so that only those which gain most may hold.
 */
function bestJump(
  knapsack: KnapsackProblem,
  around: KnapsackProblem,
  now: readonly number[],
  isKnown: (options: readonly number[]) => boolean,
): readonly number[] | undefined {
  let unit = 0;
  for (const restraint of restraints) {
    const solved = solveKnapsack(shifted(restrained(around, now, restraint * unit)));
    const chosen = solved && filled(knapsack, solved.chosen);
    if (chosen === undefined) return undefined;
    if (!isKnown(chosen)) return chosen;
    const changed = now.flatMap((from, item) => (from === chosen[item] ? [] : [item]));
    if (changed.length === 0) return undefined;
    if (restraint > 0) continue;
    const gained = changed.reduce((sum, item) => sum - around.items[item][chosen[item]].loss, 0);
    unit = Math.max(gained, 0) / changed.length;
  }
  return undefined;
}

/** The same problem where each change of an item costs a price. */
const restrained = (
  { items, ...rest }: KnapsackProblem,
  now: readonly number[],
  price: number,
): KnapsackProblem => ({
  ...rest,
  items: items.map((options, item) =>
    options.map((option, to) => ({ ...option, loss: option.loss + (to === now[item] ? 0 : price) })),
  ),
});

/** Part of the capacity by which sizes differ that estimates have changed meanwhile. */
const missed = 0.02;

/** Whether a choice takes about what there is, give or take one item: others were measured for other limits. */
function isAsLarge({ items, capacities }: KnapsackProblem, options: readonly number[]): boolean {
  const costsOf = (all: KnapsackProblem['items'][number]) => all.map(({ costs }) => costs[0]);
  const most = items.reduce((sum, all) => sum + Math.max(...costsOf(all)), 0);
  const span = Math.max(...items.map((all) => Math.max(...costsOf(all)) - Math.min(...costsOf(all))));
  const capacity = Math.min(capacities[0], most);
  const cost = options.reduce((sum, option, item) => sum + items[item][option].costs[0], 0);
  return Math.abs(cost - capacity) <= span + missed * capacity;
}

/** The same problem with losses from 0 on, which the solver wants. */
const shifted = (knapsack: KnapsackProblem): KnapsackProblem => ({
  ...knapsack,
  items: knapsack.items.map((options) => {
    const least = Math.min(...options.map(({ loss }) => loss));
    return options.map((option) => ({ ...option, loss: option.loss - least }));
  }),
});

/**
 * Moves of single items to the next wider and the next narrower option, those first whose measured worth is likeliest to change the
 * decision: large ones whose loss is near the price of the bytes.
 */
function probesFrom(knapsack: KnapsackProblem, now: readonly number[]): readonly Move[] {
  const { prices } = bestRelaxation(knapsack).relaxation;
  const moves = now.flatMap((from, item) => {
    const options = knapsack.items[item];
    const steps = options.map((option, to) => ({
      item,
      to,
      cost: option.costs[0] - options[from].costs[0],
      loss: option.loss - options[from].loss,
      price: priced(option.costs, prices) - priced(options[from].costs, prices),
    }));
    const wider = steps.filter(({ cost, loss }) => cost > 0 && loss < 0).sort((a, b) => a.cost - b.cost);
    const narrower = steps.filter(({ cost, loss }) => cost < 0 && loss > 0).sort((a, b) => b.cost - a.cost);
    return [...wider.slice(0, 1), ...narrower.slice(0, 1)];
  });
  const worth = ({ loss, price }: { readonly loss: number; readonly price: number }) => {
    const [less, more] = [Math.abs(loss), Math.abs(price)].sort((a, b) => a - b);
    return more > 0 ? Math.abs(loss) * (less / more) : 0;
  };
  return moves.filter((move) => worth(move) > 0).sort((a, b) => worth(b) - worth(a));
}

/** Changes in each direction that are paired. */
const mostMoves = 60;

/** The change of two items, one wider and one narrower, that loses least among those that nobody has measured yet. */
function bestSwap(
  knapsack: KnapsackProblem,
  around: KnapsackProblem,
  now: readonly number[],
  isKnown: (options: readonly number[]) => boolean,
): readonly number[] | undefined {
  const moves = now.flatMap((from, item) =>
    around.items[item].map(({ loss, costs }, to) => ({
      item,
      to,
      loss,
      isWider: costs[0] > around.items[item][from].costs[0],
    })),
  );
  const byLoss = (isWider: boolean) =>
    moves
      .filter((move) => move.to !== now[move.item] && move.isWider === isWider)
      .sort((a, b) => a.loss - b.loss)
      .slice(0, mostMoves);
  const narrower = byLoss(false);
  const pairs = byLoss(true)
    .flatMap((up) => narrower.flatMap((down) => (up.item === down.item ? [] : [{ up, down }])))
    .sort((a, b) => a.up.loss + a.down.loss - b.up.loss - b.down.loss);
  for (const { up, down } of pairs) {
    const swapped = now.with(up.item, up.to).with(down.item, down.to);
    if (!isWithin(knapsack, swapped)) continue;
    const changed = filled(knapsack, swapped);
    if (!isKnown(changed)) return changed;
  }
  return undefined;
}
