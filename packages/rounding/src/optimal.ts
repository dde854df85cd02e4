import type { Rounder } from '@lowbit/core/method';
import { byActivity, dampedFactor, type Factor } from './factor.js';
import { carried } from './gptq.js';
import { nearestRanks, type Ranks, type RoundingProblem } from './problem.js';
import { damping, gramRounder } from './rounder.js';

/** Options of {@link optimal}. */
export interface OptimalOptions {
  /** Added to the squares of all inputs, as a share of their mean. Default 0.01. */
  readonly damping?: number;
}

/**
 * The best rounding there is, where a channel has at most 16 inputs, as filters of depthwise convolutions have: see
 * {@link optimalRanks}. Other weights get their nearest levels.
 */
export function optimal(options: OptimalOptions = {}): Rounder {
  return gramRounder({
    name: 'optimal',
    summary:
      'the least error there is, found exactly, where a channel has at most 16 inputs; others to the nearest level',
    paper:
      'C. P. Schnorr and M. Euchner, Lattice basis reduction: Improved practical algorithms and solving subset sum problems, Mathematical Programming 66, 1994, doi:10.1007/BF01581144',
    options: { damping },
    configured: { ...options },
    ranks: (problem, { options: { damping } }) =>
      problem.inputs > mostOptimalInputs
        ? nearestRanks(problem)
        : optimalRanks(problem, searchFactor(problem, Number(damping))),
  });
}

/** The factor that exact search goes through: it is fast where the inputs that tell most come first. */
export const searchFactor = ({ gram, inputs }: RoundingProblem, damping: number): Factor =>
  dampedFactor(gram, inputs, byActivity(gram, inputs), damping);

/** Most inputs of a channel for which the best levels are looked for. */
export const mostOptimalInputs = 16;

/** Levels that are tried for one channel before the best ones found so far are taken: about a second. */
const mostSteps = 3_000_000;

/**
 * The levels of least error of each channel, found exactly by going through all that can be better than the best so far: with
 * Rᵀ R = H the error Σᵢ (Rᵢᵢ (qᵢ − cᵢ))², cᵢ = wᵢ − Σⱼ>ᵢ Rᵢⱼ (qⱼ − wⱼ) / Rᵢᵢ, grows with every row, so that what is too large already is
 * not followed, and the levels of a row are tried from the one nearest to cᵢ outwards (C. P. Schnorr and M. Euchner, Mathematical
 * Programming 66, 1994, doi:10.1007/BF01581144). The first that is tried is what `gptq` chooses. How long it takes grows exponentially with
 * the inputs, of which there are 16 at most; a filter of 3 × 3 inputs takes some hundred steps.
 */
export function optimalRanks(problem: RoundingProblem, factor: Factor): Ranks {
  const ranks = new Uint16Array(problem.values.length);
  for (let from = 0; from < ranks.length; from += problem.inputs) searchChannel(problem, factor, from, ranks);
  return ranks;
}

/** What is tried at each row: the rank, and the next ones below and above it. */
interface Search {
  readonly centers: Float64Array;
  readonly ranks: Int32Array;
  readonly below: Int32Array;
  readonly above: Int32Array;
}

function searchChannel(problem: RoundingProblem, own: Factor, from: number, ranks: Ranks): void {
  const { inputs, values, slices, levels } = problem;
  const { order, factor } = own;
  const place = (i: number) => from + (order[i] as number);
  const sliceOf = (i: number) => slices[place(i)] as number;
  const d = new Float64Array(inputs);
  // The error of the rows from i on.
  const errors = new Float64Array(inputs + 1);
  const search = emptySearch(inputs);
  const enter = (i: number) => {
    search.centers[i] = (values[place(i)] as number) - carried(factor, d, 0, i, inputs);
    const nearest = levels.nearest(search.centers[i] as number, sliceOf(i));
    search.ranks[i] = nearest;
    search.below[i] = nearest - 1;
    search.above[i] = nearest + 1;
  };
  let best = Infinity;
  let i = inputs - 1;
  if (i < 0) return;
  enter(i);
  for (let steps = 0; steps < mostSteps && i < inputs; steps++) {
    const rank = search.ranks[i] as number;
    const level = rank < 0 ? Infinity : levels.value(rank, sliceOf(i));
    const off = (factor[i * inputs + i] as number) * (level - (search.centers[i] as number));
    const error = (errors[i + 1] as number) + off * off;
    if (!(error < best)) {
      // All further levels of this row are farther off.
      if (++i < inputs) tryNext(search, i, problem, sliceOf(i));
      continue;
    }
    errors[i] = error;
    d[i] = level - (values[place(i)] as number);
    if (i > 0) enter(--i);
    else {
      best = error;
      for (let k = 0; k < inputs; k++) ranks[place(k)] = search.ranks[k] as number;
      tryNext(search, 0, problem, sliceOf(0));
    }
  }
}

const emptySearch = (inputs: number): Search => ({
  centers: new Float64Array(inputs),
  ranks: new Int32Array(inputs),
  below: new Int32Array(inputs),
  above: new Int32Array(inputs),
});

/** Turns to the level of a row that is next nearest to its center; −1 where there is none. */
function tryNext(search: Search, i: number, { levels }: RoundingProblem, slice: number): void {
  const { centers, ranks, below, above } = search;
  const [low, high, center] = [below[i] as number, above[i] as number, centers[i] as number];
  const down = low < 0 ? Infinity : center - levels.value(low, slice);
  const up = high >= levels.count ? Infinity : levels.value(high, slice) - center;
  if (down === Infinity && up === Infinity) ranks[i] = -1;
  else if (down <= up) {
    ranks[i] = low;
    below[i] = low - 1;
  } else {
    ranks[i] = high;
    above[i] = high + 1;
  }
}
