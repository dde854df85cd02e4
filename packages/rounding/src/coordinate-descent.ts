import type { Rounder } from '@lowbit/core/method';
import { meanDiagonal } from './factor.js';
import { factorOf, gptqRanks } from './gptq.js';
import {
  differences,
  eachBlock,
  nearestRanks,
  timesGram,
  type Ranks,
  type RoundingProblem,
} from './problem.js';
import { damping, gramRounder, sweeps } from './rounder.js';

/** Options of {@link coordinateDescent}. */
export interface CoordinateDescentOptions {
  /** What it begins with. Default `gptq`. */
  readonly from?: 'nearest' | 'gptq';
  /** Most times that all inputs are gone through. Default 20. */
  readonly sweeps?: number;
  /** Added to the squares of all inputs, as a share of their mean. Default 0.01. */
  readonly damping?: number;
}

/** Coordinate descent on the error of the outputs: see {@link descend}. */
export function coordinateDescent(options: CoordinateDescentOptions = {}): Rounder {
  return gramRounder({
    name: 'coordinate-descent',
    summary: 'each weight in turn to its best level while the others stay, until nothing changes',
    paper:
      'K. Behdin et al., QuantEase: Optimization-based Quantization for Language Models, 2023, arXiv:2309.01885',
    options: {
      from: { type: 'choice', default: 'gptq', values: ['nearest', 'gptq'], help: 'what it begins with' },
      sweeps,
      damping,
    },
    configured: { ...options },
    ranks(problem, { options: { from, sweeps, damping } }) {
      const settings = { damping: Number(damping), sweeps: Number(sweeps) };
      const start =
        from === 'nearest'
          ? nearestRanks(problem)
          : gptqRanks(problem, factorOf(problem, settings.damping, true));
      return descend(problem, start, settings);
    },
  });
}

/** How coordinates are gone through. */
export interface DescentSettings {
  /** Added to the diagonal of H, as a share of its mean. */
  readonly damping: number;
  /** Most times that all inputs of a channel are gone through. */
  readonly sweeps: number;
}

/**
 * Goes through the inputs of each channel again and again and gives each weight the level that is best while all others stay:
 *
 *   qᵢ = the level nearest to qᵢ − gᵢ / Hᵢᵢ, with g = (q − w) H
 *
 * until nothing changes. The error never grows. This is the coordinate descent of QuantEase (K. Behdin et al., 2023, arXiv:2309.01885,
 * section 3). K² multiplications for a channel, and K for each weight that changes.
 *
 * @param start The levels to begin with.
 */
export function descend(problem: RoundingProblem, start: Ranks, { damping, sweeps }: DescentSettings): Ranks {
  const { inputs, gram } = problem;
  const ridge = damping * meanDiagonal(gram, inputs);
  const curvatures = Float64Array.from(
    { length: inputs },
    (_, i) => (gram[i * inputs + i] as number) + ridge,
  );
  const ranks = start.slice();
  const all = differences(problem, ranks);
  const [least, most] = [new Float64Array(inputs), new Float64Array(inputs)];
  eachBlock(problem, (from, to) => {
    const d = all.subarray(from, to);
    const gradients = timesGram(d, gram, inputs);
    for (let i = 0; i < d.length; i++) gradients[i]! += ridge * (d[i] as number);
    for (let at = 0; at < d.length; at += inputs) {
      const own = gradients.subarray(at, at + inputs);
      descendChannel(
        problem,
        { ranks, from: from + at, gradients: own, curvatures, least, most },
        ridge,
        sweeps,
      );
    }
  });
  return ranks;
}

/** A channel on its way down. */
interface Descent {
  /** Of all channels. */
  readonly ranks: Ranks;
  /** Where the channel begins. */
  readonly from: number;
  /** Of the channel alone, kept up. */
  readonly gradients: Float64Array;
  /** Hᵢᵢ with what is added to it. */
  readonly curvatures: Float64Array;
  /** The gradients between which a weight stays where it is, kept up; filled with anything at first. */
  readonly least: Float64Array;
  readonly most: Float64Array;
}

function descendChannel(problem: RoundingProblem, descent: Descent, ridge: number, sweeps: number): void {
  const { inputs, gram, slices, levels } = problem;
  const { ranks, from, gradients, curvatures, least, most } = descent;
  for (let i = 0; i < inputs; i++) bound(problem, descent, i);
  let changed = true;
  for (let sweep = 0; sweep < sweeps && changed; sweep++) {
    changed = false;
    for (let i = 0; i < inputs; i++) {
      const [gradient, curvature] = [gradients[i] as number, curvatures[i] as number];
      if (gradient >= (least[i] as number) && gradient <= (most[i] as number)) continue;
      if (!(curvature > 0)) continue;
      const [rank, slice] = [ranks[from + i] as number, slices[from + i] as number];
      const value = levels.value(rank, slice);
      const best = levels.nearest(value - gradient / curvature, slice);
      const step = levels.value(best, slice) - value;
      // What the step changes: 2 g s + H s². Rounding errors of the gradients must not make it go back and forth.
      if (!(step * (2 * gradient + curvature * step) < -1e-12 * curvature * step * step)) continue;
      ranks[from + i] = best;
      changed = true;
      for (let j = 0, h = i * inputs; j < inputs; j++, h++) gradients[j]! += step * (gram[h] as number);
      gradients[i]! += step * ridge;
      bound(problem, descent, i);
    }
  }
}

/** Notes between which gradients the level of an input is the nearest: those of half the way to the levels beside it. */
function bound(
  { slices, levels }: RoundingProblem,
  { ranks, from, curvatures, least, most }: Descent,
  i: number,
): void {
  const [rank, slice] = [ranks[from + i] as number, slices[from + i] as number];
  const value = levels.value(rank, slice);
  const half = (curvatures[i] as number) / 2;
  const isLast = rank + 1 === levels.count;
  least[i] = isLast ? -Infinity : -half * (levels.value(rank + 1, slice) - value);
  most[i] = rank === 0 ? Infinity : half * (value - levels.value(rank - 1, slice));
}
