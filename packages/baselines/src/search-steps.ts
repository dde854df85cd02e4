import type { GridStep } from '@lowbit/core/method';

/** How far, in steps, the two ends of the grid are moved for further starts: those that tell most about one another first. */
const starts = [
  [-0.55, -0.55],
  [0.55, 0.55],
  [-0.55, 0.55],
  [0.55, -0.55],
  [-0.55, 0],
  [0.55, 0],
  [0, -0.55],
  [0, 0.55],
] as const;
/** The same for grids with 0 in the middle, of which both ends move at once. */
const symmetricStarts = [-0.525, -0.175, 0.175, 0.525];
/** How far, in steps, one end of the best grid is moved then. */
const nearby = [
  [0.225, 0],
  [-0.225, 0],
  [0, 0.225],
  [0, -0.225],
] as const;
/** A start costs a pass over the slice; short slices gain most from many of them, long ones nothing. */
const valuesPerSearch = 1024;
/** Values up to which starts find more than rounds of refitting the first grid. */
const shortSlice = 128;
/** Shares of the range that are cut off at both ends. */
const cuts = [0.05, 0.1, 0.15, 0.2, 0.25, 0.35];
/** Shares by which one end is then moved, outwards and inwards. */
const moves = [0.12, 0.06, 0.03, 0.015];
/** Levels from which ranges are not cut where 0 is in the middle: steps are so fine that what lies beyond the ends costs outputs more. */
const uncut = 255;
/** Both for grids with 0 in the middle: of one end alone, which is refitted with each, fewer find as much. */
const symmetricCuts = [0.06, 0.13, 0.21, 0.32];
const symmetricMoves = [0.05, 0.025, 0.012];

/**
 * Refits the grid over the range: codes are held and scale and offset are fitted to them by least squares, in turns (Lloyd's
 * iteration for an even grid). Slices up to 128 values also try up to 8 grids whose ends are moved by fractions of a step, and all the
 * best one with an end moved a little, and the best of these is refitted once more. Longer ones are refitted three times from each of up
 * to 7 starts: more rounds would make less error of more values beyond the ends, which hurts outputs of channels.
 */
export function refineSteps(levels: number, length: number): GridStep[] {
  if (length <= shortSlice) return [...refiningSteps(levels, length), ...lastSteps];
  return [...startingSteps(levels, length, 2, 2), 'measure'];
}

/** Grids as for short slices, and then ranges that are cut at both ends; the ends of the best one are moved one after the other, and it is refitted. */
export function clippingSteps(levels: number, length: number): GridStep[] {
  return [
    ...refiningSteps(levels, length),
    ...cutSteps,
    ...moves.flatMap((share) => [
      step('best', -share, 0),
      step('best', share, 0),
      step('best', 0, -share),
      step('best', 0, share),
    ]),
    ...lastSteps,
  ];
}

/**
 * The same for grids with 0 in the middle, of which both ends move at once. With 8 bits the range is refitted alone: cutting it took less
 * than 0.1 dB off the error of all weights, and a decibel off the outputs of networks that compute in integers.
 */
export function symmetricSteps(levels: number, length: number): GridStep[] {
  const further = symmetricStarts.slice(0, Math.floor(valuesPerSearch / length));
  const refitting = [step('range', 0, 0), ...further.map((shift) => step('range', shift / (levels - 1), 0))];
  if (levels >= uncut) return [...refitting, step('best', 0, 0, 1), 'measure'];
  return [
    ...refitting,
    ...symmetricCuts.map((share) => step('range', share, share)),
    ...symmetricMoves.flatMap((share) => [step('best', -share, 0), step('best', share, 0)]),
    step('best', 0, 0, 1),
    'measure',
  ];
}

function refiningSteps(levels: number, length: number): GridStep[] {
  const first = length > shortSlice ? 3 : 0;
  return [...startingSteps(levels, length, first, 0), ...moved('best', levels, nearby)];
}

/** The grid over the range, and with its ends moved; both with rounds of refitting beside the first one. */
function startingSteps(levels: number, length: number, rounds: number, roundsMoved: number): GridStep[] {
  const further = starts.slice(0, Math.floor(valuesPerSearch / length));
  return [step('range', 0, 0, rounds), ...moved('range', levels, further, roundsMoved)];
}

const moved = (
  from: 'range' | 'best',
  levels: number,
  shifts: readonly (readonly [low: number, high: number])[],
  rounds = 0,
): GridStep[] => shifts.map(([low, high]) => step(from, low / (levels - 1), -high / (levels - 1), rounds));

function step(from: 'range' | 'best', low: number, high: number, rounds = 0): GridStep {
  return { from, low, high, rounds };
}

const cutSteps = cuts.map((share) => step('range', share, share));
const lastSteps = [step('best', 0, 0, 2), 'measure'] as const;
