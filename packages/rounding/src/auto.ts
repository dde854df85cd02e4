import type { Rounder } from '@lowbit/core/method';
import { descend, type DescentSettings } from './coordinate-descent.js';
import { factorOf, gptqRanks } from './gptq.js';
import { mostOptimalInputs, optimalRanks, searchFactor } from './optimal.js';
import { nearestRanks, totalError, type Ranks, type RoundingProblem } from './problem.js';
import { damping, gramRounder, sweeps } from './rounder.js';

/** Options of {@link auto}. */
export interface AutoOptions {
  /** Most times that all inputs are gone through by coordinate descent. Default 20. */
  readonly sweeps?: number;
  /** Added to the squares of all inputs, as a share of their mean. Default 0.01. */
  readonly damping?: number;
}

/**
 * What is best for each weight: `optimal` where a channel has at most 16 inputs, else `gptq` followed by coordinate descent; the nearest
 * levels where these do not make a smaller error with inputs of samples that were kept back.
 */
export function auto(options: AutoOptions = {}): Rounder {
  return gramRounder({
    name: 'auto',
    summary:
      'optimal where it can be, else gptq and coordinate descent; nearest where that does not help on samples kept back',
    paper:
      'E. Frantar et al., GPTQ, ICLR 2023, arXiv:2210.17323; K. Behdin et al., QuantEase, 2023, arXiv:2309.01885',
    options: { sweeps, damping },
    configured: { ...options },
    ranks(problem, { options: { sweeps, damping }, heldOutGram }) {
      const chosen = bestRanks(problem, { sweeps: Number(sweeps), damping: Number(damping) });
      if (heldOutGram.length === 0) return chosen;
      const nearest = nearestRanks(problem);
      const isBetter = totalError(problem, chosen, heldOutGram) < totalError(problem, nearest, heldOutGram);
      return isBetter ? chosen : nearest;
    },
  });
}

function bestRanks(problem: RoundingProblem, settings: DescentSettings): Ranks {
  const { damping } = settings;
  if (problem.inputs <= mostOptimalInputs) return optimalRanks(problem, searchFactor(problem, damping));
  return descend(problem, gptqRanks(problem, factorOf(problem, damping, true)), settings);
}
