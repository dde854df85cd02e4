import { seededRandom } from '@lowbit/core';
import { solveKnapsack, type KnapsackProblem } from '@lowbit/core/policy';
import { gate, gateAtMost, type Part } from '@lowbit/e2e-real-models/proof';
import { bruteForce } from './brute-force.js';
import { randomProblem, randomWeights } from './random-problems.js';

/** Small instances, of which every choice is tried. */
const instances = 500;
/** Instances of the size that is timed. */
const [timed, layers, candidates] = [20, 300, 12];

/** The knapsack against every choice, and its time. */
export const solverPart: Part = {
  name: 'solver',
  measure: async (tell) => {
    tell(`${instances} small instances`);
    const random = seededRandom(1);
    const equal = Array.from({ length: instances }, () => isRight(randomProblem(random))).filter(
      Boolean,
    ).length;
    tell(`${layers} layers, ${candidates} candidates`);
    const times = Array.from({ length: timed }, () => solved(randomWeights(random, layers, candidates)));
    const slowest = Math.max(...times.map(({ milliseconds }) => milliseconds));
    const gap = Math.max(...times.map((one) => one.gap));
    return {
      name: 'solver',
      title: 'The multiple-choice knapsack that spends budgets',
      rows: [
        {
          'small instances': instances,
          'equal to brute force': equal,
          [`slowest of ${timed}, ${layers} × ${candidates} (ms of processor time)`]: slowest,
          'largest gap to the bound': gap,
        },
      ],
      gates: [
        gate('small instances equal to brute force', equal, instances),
        gateAtMost(`time of ${layers} layers with ${candidates} candidates (ms)`, slowest, 50),
        gateAtMost('gap between loss and bound, which plans state', gap, 0.01),
      ],
      skipped: [],
    };
  },
};

/** Whether the solver finds what brute force finds, or both find nothing. */
function isRight(problem: KnapsackProblem): boolean {
  const [best, found] = [bruteForce(problem), solveKnapsack(problem)];
  if (best === undefined || found === undefined) return best === found;
  return Math.abs(found.loss - best) <= 1e-9 * best && Math.abs(found.bound - best) <= 1e-9 * best;
}

/** The fastest of five, as other work on the machine only adds; and how far the loss may be from the best. */
function solved(problem: KnapsackProblem): { readonly milliseconds: number; readonly gap: number } {
  let [milliseconds, gap] = [Infinity, 1];
  for (let round = 0; round < 5; round++) {
    const start = process.cpuUsage().user;
    const solution = solveKnapsack(problem);
    milliseconds = Math.min(milliseconds, (process.cpuUsage().user - start) / 1000);
    if (solution !== undefined) gap = (solution.loss - solution.bound) / solution.loss;
  }
  return { milliseconds, gap };
}
