import type { Rounder } from '@lowbit/core/method';
import { meanDiagonal } from './factor.js';
import { nearestRanks, timesGram, type Ranks, type RoundingProblem } from './problem.js';
import { gramRounder } from './rounder.js';

/** Options of {@link learned}. */
export interface LearnedOptions {
  /** Steps of Adam. Default 1000. */
  readonly iterations?: number;
}

/**
 * Rounding up or down as gradients say, where a channel has at most 1152 inputs: see {@link learnedRanks}. Other weights get their
 * nearest levels.
 */
export function learned(options: LearnedOptions = {}): Rounder {
  return gramRounder({
    name: 'learned',
    summary:
      'up or down, learned by gradients from the matrix of the inputs, where a channel has at most 1152; others to the nearest level',
    paper:
      'M. Nagel et al., Up or Down? Adaptive Rounding for Post-Training Quantization, ICML 2020, arXiv:2004.10568',
    options: {
      iterations: { type: 'number', default: 1000, min: 1, max: 100_000, help: 'steps of Adam' },
    },
    configured: { ...options },
    ranks: (problem, { options: { iterations } }) =>
      problem.inputs > mostLearnedInputs
        ? nearestRanks(problem)
        : learnedRanks(problem, { iterations: Number(iterations) }),
  });
}

/** Most inputs of a channel for which rounding is learned. */
const mostLearnedInputs = 1152;

// The constants of the paper: the ends of the stretched sigmoid, the weight of the term that drives it to 0 or 1, the ends of its
// exponent, the share of the iterations without it; and those of Adam (D. Kingma and J. Ba, ICLR 2015, arXiv:1412.6980).
const stretch = { low: -0.1, high: 1.1 };
const regularity = 0.01;
const exponents = { first: 20, last: 2 };
const warmUp = 0.2;
const adam = { rate: 0.01, first: 0.9, second: 0.999, epsilon: 1e-8 };

/**
 * Learns for each weight whether the level below or above it is taken (AdaRound, M. Nagel et al., ICML 2020, arXiv:2004.10568): with
 * h(v) = clip(1.2 σ(v) − 0.1, 0, 1) and w̃ = below + h(v) (above − below), Adam minimizes
 *
 *   Σ (w̃ − w) H (w̃ − w)ᵀ + λ Σ (1 − |2 h(v) − 1|^β)
 *
 * with β from 20 down to 2, so that h goes to 0 or 1 in the end. The paper runs the network for each step; here H, which is all that
 * the first term depends on, stands for its inputs. The mean of the diagonal of H and of the squared steps between levels are taken for 1, so that λ = 0.01
 * means the same for every weight. K² multiplications for a channel in each iteration.
 */
export function learnedRanks(problem: RoundingProblem, { iterations }: Required<LearnedOptions>): Ranks {
  const { values } = problem;
  const cells = cellsOf(problem);
  const v = cells.shares.map((share) => inverse(Math.min(Math.max(share, 0), 1)));
  const unit = meanDiagonal(problem.gram, problem.inputs) * cells.meanSquaredStep || 1;
  const step = adamSteps(v);
  const off = new Float64Array(values.length);
  for (let iteration = 0; iteration < iterations; iteration++) {
    for (let i = 0; i < off.length; i++)
      off[i] = (cells.steps[i] as number) * (openness(v[i] as number) - (cells.shares[i] as number));
    const gradients = timesGram(off, problem.gram, problem.inputs);
    const beta = exponentAt(iteration / iterations);
    for (let i = 0; i < off.length; i++) {
      const ofError = (2 * (cells.steps[i] as number) * (gradients[i] as number)) / unit;
      gradients[i] = (ofError + regularityGradient(openness(v[i] as number), beta)) * slope(v[i] as number);
    }
    step(gradients);
  }
  return cells.below.map((rank, i) => rank + Number((v[i] as number) >= 0 && (cells.steps[i] as number) > 0));
}

/** Between which two levels each weight lies. */
interface Cells {
  /** The rank of the lower one. */
  readonly below: Uint16Array;
  /** From the lower one to the upper one, 0 where there is none. */
  readonly steps: Float64Array;
  /** How far the weight lies on the way, beyond 0 … 1 at the ends of the levels. */
  readonly shares: Float64Array;
  readonly meanSquaredStep: number;
}

function cellsOf({ values, slices, levels }: RoundingProblem): Cells {
  const below = new Uint16Array(values.length);
  const steps = new Float64Array(values.length);
  const shares = new Float64Array(values.length);
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const [value, slice] = [values[i] as number, slices[i] as number];
    const nearest = levels.nearest(value, slice);
    const isAbove = levels.value(nearest, slice) > value;
    const rank = Math.max(0, Math.min(isAbove ? nearest - 1 : nearest, levels.count - 2));
    const low = levels.value(rank, slice);
    const step = levels.count < 2 ? 0 : levels.value(rank + 1, slice) - low;
    below[i] = rank;
    steps[i] = step;
    shares[i] = step === 0 ? 0 : (value - low) / step;
    squares += step * step;
  }
  return { below, steps, shares, meanSquaredStep: squares / Math.max(1, values.length) };
}

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

/** h(v). */
function openness(v: number): number {
  const stretched = stretch.low + (stretch.high - stretch.low) * sigmoid(v);
  return Math.min(Math.max(stretched, 0), 1);
}

/** h′(v): 0 where h is clipped. */
function slope(v: number): number {
  const own = sigmoid(v);
  const stretched = stretch.low + (stretch.high - stretch.low) * own;
  return stretched <= 0 || stretched >= 1 ? 0 : (stretch.high - stretch.low) * own * (1 - own);
}

/** The v with h(v) = share. */
const inverse = (share: number): number => -Math.log((stretch.high - share) / (share - stretch.low));

/** ∂/∂h of λ (1 − |2 h − 1|^β). @param beta `undefined` while the term is left out. */
function regularityGradient(h: number, beta: number | undefined): number {
  if (beta === undefined) return 0;
  const away = 2 * h - 1;
  return -regularity * 2 * beta * Math.sign(away) * Math.abs(away) ** (beta - 1);
}

/** β at a share of all iterations, by half a cosine; `undefined` in the first fifth. */
function exponentAt(share: number): number | undefined {
  if (share < warmUp) return undefined;
  const { first, last } = exponents;
  const way = (share - warmUp) / (1 - warmUp);
  return last + 0.5 * (first - last) * (1 + Math.cos(Math.PI * way));
}

/** Adam on `v`, which each call moves. */
function adamSteps(v: Float64Array): (gradients: Float64Array) => void {
  const means = new Float64Array(v.length);
  const squares = new Float64Array(v.length);
  let count = 0;
  return (gradients) => {
    count++;
    const rate = (adam.rate * Math.sqrt(1 - adam.second ** count)) / (1 - adam.first ** count);
    const epsilon = adam.epsilon * Math.sqrt(1 - adam.second ** count);
    for (let i = 0; i < v.length; i++) {
      const gradient = gradients[i] as number;
      means[i] = adam.first * (means[i] as number) + (1 - adam.first) * gradient;
      squares[i] = adam.second * (squares[i] as number) + (1 - adam.second) * gradient * gradient;
      v[i]! -= (rate * (means[i] as number)) / (Math.sqrt(squares[i] as number) + epsilon);
    }
  };
}
