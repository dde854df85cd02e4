import type { GridStep } from '@lowbit/core/method';

/** Rounds of coding and refitting for each start. */
const rounds = 3;
/** How far, in steps, the two ends of the grid are moved for the further starts. */
const shifts = [-0.375, -0.125, 0.125, 0.375];
/** A start costs a few passes over the slice; short slices gain most from many of them, long ones nothing. */
const valuesPerSearch = 1024;
/** Shares of the range that are cut off at both ends. */
const cuts = [0.05, 0.1, 0.15, 0.2, 0.25, 0.35];
/** Shares by which one end is then moved, outwards and inwards. */
const moves = [0.12, 0.06, 0.03, 0.015];

/**
 * Refits the grid over the range: codes are held and scale and offset are fitted to them by least squares, in turns (Lloyd's
 * iteration for an even grid). Slices below 1024 values also try up to 16 grids whose ends are moved by fractions of a step.
 */
export function refineSteps(levels: number, length: number): GridStep[] {
  const moved = shifts.flatMap((low) => shifts.map((high) => [low, high] as const));
  const count = Math.min(moved.length, Math.floor(valuesPerSearch / length));
  return [
    step('range', 0, 0, rounds),
    ...moved
      .slice(0, count)
      .map(([low, high]) => step('range', low / (levels - 1), -high / (levels - 1), rounds)),
    'measure',
  ];
}

/** The same, and then ranges that are cut at both ends; the ends of the best one are moved one after the other, and it is refitted. */
export function clippingSteps(levels: number, length: number): GridStep[] {
  return [
    ...refineSteps(levels, length),
    ...cutSteps,
    ...moves.flatMap((share) => [
      step('best', -share, 0, 0),
      step('best', share, 0, 0),
      step('best', 0, -share, 0),
      step('best', 0, share, 0),
    ]),
    ...lastSteps,
  ];
}

/** The same for grids with 0 in the middle, of which both ends move at once. */
export function symmetricSteps(levels: number, length: number): GridStep[] {
  const count = Math.floor(valuesPerSearch / length);
  return [
    step('range', 0, 0, rounds),
    ...shifts.slice(0, count).map((shift) => step('range', shift / (levels - 1), 0, rounds)),
    ...cutSteps,
    ...moves.flatMap((share) => [step('best', -share, 0, 0), step('best', share, 0, 0)]),
    ...lastSteps,
  ];
}

function step(from: 'range' | 'best', low: number, high: number, turns: number): GridStep {
  return { from, low, high, rounds: turns };
}

const cutSteps = cuts.map((share) => step('range', share, share, 0));
const lastSteps = [step('best', 0, 0, rounds), 'measure'] as const;
