import type { Measurements } from '../contract/measurements.js';
import type { BitAssignment } from '../contract/policy.js';
import { LowbitError } from '../errors/error.js';
import type { BudgetItem, BudgetProblem } from './budget-problem.js';
import { leastCost } from './knapsack.js';
import { isSameChoice, latestOf } from './known.js';
import { type Limits, quantizable, resourcesOf, sizeKnapsack } from './limits.js';
import { smallestChoice, smallestWritten } from './smallest-choice.js';

/** Weights that a message names. */
const mostNames = 5;

/** The error of a budget that no choice keeps: what is attainable, and what stands against less. */
export function infeasible(
  draft: readonly BitAssignment[],
  problem: BudgetProblem,
  measurements: Measurements,
  limits: Limits,
): LowbitError {
  const joint = latestOf(measurements.joint);
  const isOfSize = resourcesOf(problem, limits).length > 0;
  const isOfQuality = limits.minSqnr !== undefined || limits.maxLoss !== undefined;
  const attainable = [
    isOfSize && leastOf(problem, measurements, limits),
    isOfQuality && joint.length > 0 && bestOf(joint, limits, measurements.effect?.samples),
  ].filter((words) => words !== false);
  const ways = [isOfSize && forSize(draft, problem), isOfQuality && forQuality].filter(
    (words) => words !== false,
  );
  return new LowbitError({
    code: 'budget-infeasible',
    where: "policy 'budget'",
    expected: [...attainable, ...floorsOf(draft, problem)].join('; '),
    received: wantedOf(limits),
    remedy: `Ask for what is attainable, or ${ways.join(', or ')}.`,
  });
}

const forQuality = 'offer wider choices';

/** What lets go of what stands against less: as much of it as there is. */
function forSize(draft: readonly BitAssignment[], { items }: BudgetProblem): string {
  const isDecided = items.some(({ isDecided: decided }) => decided === true);
  const isHeld = items.some((item) => item.isDecided !== true && item.floor !== undefined);
  const words = [
    'narrower choices',
    draft.some(({ bits }) => bits === 'float') && 'fewer exclusions',
    isDecided && 'fewer weights that are decided before',
    isHeld && 'lower floors',
  ];
  return `let go of what stands against it: ${words.filter((word) => word !== false).join(', ')}`;
}

/** What the limits are at least. */
function leastOf(problem: BudgetProblem, { written }: Measurements, limits: Limits): string {
  const { values, leftBytes } = quantizable(problem);
  const leastIn = (of: 'bytes' | 'averageBits' | 'bitOperations'): number => {
    const one = sizeKnapsack(problem, { [of]: Infinity, decreasing: limits.decreasing });
    return leastCost(one, 0);
  };
  const size = leastIn('bytes');
  const smallest = smallestChoice(problem, limits)?.choice;
  const leastBits = smallest && written.find(({ choice }) => isSameChoice(choice, smallest));
  const bytes = smallestWritten(problem, written, limits)?.bytes ?? Math.ceil(size + problem.otherBytes);
  const weightBytes = leastBits?.weightBytes ?? leastIn('averageBits') - leftBytes + problem.otherWeightBytes;
  const words = [
    limits.bytes !== undefined &&
      `at least ${bytes} bytes, ${Math.max(Math.round(bytes - size), 0)} of them beside these weights`,
    limits.averageBits !== undefined && `at least ${upTo(2, (8 * weightBytes) / values)} stored bits a value`,
    limits.bitOperations !== undefined && `at least ${leastIn('bitOperations')} bit operations`,
    limits.decreasing && 'with bits that never rise with depth',
  ];
  return words.filter((word) => word !== false).join(' and ');
}

const upTo = (digits: number, value: number): string =>
  (Math.ceil(value * 10 ** digits) / 10 ** digits).toFixed(digits);

/** What was kept at best. @param ofEffects Samples on which outputs were compared where nothing else is said; losses may be of more. */
function bestOf(
  joint: Measurements['joint'],
  { minSqnr, maxLoss }: Limits,
  ofEffects: number | undefined,
): string {
  const decibels = Math.max(...joint.map(({ sqnrDb }) => sqnrDb ?? -Infinity));
  const best = joint.find(({ sqnrDb }) => sqnrDb === decibels);
  const loss = Math.min(...joint.map((one) => one.loss ?? Infinity));
  const samples = best?.samples ?? ofEffects;
  const on = samples === undefined ? '' : ` on ${samples} ${samples === 1 ? 'sample' : 'samples'}`;
  const words = [
    minSqnr !== undefined && `at most ${decibels.toFixed(1)} dB${on}`,
    maxLoss !== undefined && `a loss of at least ${loss.toPrecision(3)}`,
  ];
  return `${words.filter((word) => word !== false).join(' and ')} with what was tried`;
}

function wantedOf({ bytes, averageBits, bitOperations, maxLoss, minSqnr }: Limits): string {
  const words = [
    bytes !== undefined && `${bytes} bytes`,
    averageBits !== undefined && `${averageBits} bits on average`,
    bitOperations !== undefined && `${bitOperations} bit operations`,
    maxLoss !== undefined && `a loss of ${maxLoss} at most`,
    minSqnr !== undefined && `${minSqnr} dB at least`,
  ];
  return words.filter((word) => word !== false).join(', ');
}

/** What stands against less: weights that stay float, what was decided before, floors, and the narrowest choice. */
function floorsOf(draft: readonly BitAssignment[], { items }: BudgetProblem): readonly string[] {
  const left = draft.filter(({ bits }) => bits === 'float');
  const held = items.filter(({ floor }) => floor !== undefined);
  const open = items.filter(({ floor }) => floor === undefined);
  // What is left as it is at any width tells nothing of others.
  const narrowest = open
    .flatMap(({ options }) => options.filter(({ alike }) => alike === undefined))
    .map(({ bits }) => (bits === 'float' ? 32 : bits));
  return [
    ...(left.length === 0 ? [] : [`float: ${named(left.map(({ id, reason }) => `${id} (${reason})`))}`]),
    ...(held.length === 0 ? [] : [`held: ${named(held.map(heldWords))}`]),
    ...(narrowest.length === 0 ? [] : [`others have ${Math.min(...narrowest)} bits or more`]),
  ];
}

const heldWords = ({ ids, floor }: BudgetItem): string => `${ids.join(' and ')} (${floor})`;

function named(names: readonly string[]): string {
  const more = names.length - mostNames;
  return more > 0 ? `${names.slice(0, mostNames).join(', ')} and ${more} more` : names.join(', ');
}
