import { type BitAssignment, LowbitError } from '@lowbit/core/method';
import {
  assignedBytes,
  bytesBeside,
  type KnapsackOption,
  leastCost,
  type Measurements,
  solveKnapsack,
} from '@lowbit/core/policy';
import type { Unit } from './units.js';

/** What the file is fitted to. */
export interface ByteBudget {
  /** Bytes of the whole model at most. */
  readonly bytes: number;
  readonly measurements: Measurements;
  readonly draft: readonly BitAssignment[];
  /** Whether the narrowest widths are asked for, whatever the limit. */
  readonly smallest: boolean;
}

/**
 * Changes bits so that the written model fits: those that never rise with depth and differ least from the wanted ones, in the sum of
 * squares over the layers, by the bytes that each weight takes in the file.
 *
 * @param wanted by unit, each of `widths`
 * @param widths ascending
 * @throws LowbitError `budget-infeasible` when the narrowest widths are too large; `calibration-missing` for weights that were not measured.
 */
export function fitBytes(
  units: readonly Unit[],
  wanted: readonly number[],
  widths: readonly number[],
  budget: ByteBudget,
): readonly number[] {
  const offered = units.map((unit, i) => optionsOf(unit, wanted[i] as number, widths, budget));
  const own = new Set(units.flatMap(({ weights }) => weights.map(({ id }) => id)));
  const { bytes, measurements, draft, smallest } = budget;
  const capacity = bytes - bytesBeside(measurements, draft, own);
  const problem = { items: offered, capacities: [capacity], ranks: widths.length };
  const least = leastCost(problem, 0);
  const solution = solveKnapsack(smallest ? { ...problem, capacities: [least * (1 + 1e-9)] } : problem);
  if (solution === undefined) throw tooSmall(bytes, bytes - capacity + least);
  return solution.chosen.map((option, i) => widths[offered[i]?.[option]?.rank ?? 0] as number);
}

/** The widths of a layer, with the bytes of its weights. */
function optionsOf(
  { weights }: Unit,
  wanted: number,
  widths: readonly number[],
  { measurements, draft }: ByteBudget,
): readonly KnapsackOption[] {
  return widths.map((bits, rank) => {
    const own = weights.flatMap(({ id, least }) => {
      const entry = draft.find((one) => one.id === id);
      return entry === undefined ? [] : [{ ...entry, bits: Math.max(bits, least) }];
    });
    return { loss: (bits - wanted) ** 2, costs: [assignedBytes(measurements, own)], rank };
  });
}

function tooSmall(bytes: number, needed: number): LowbitError {
  return new LowbitError({
    code: 'budget-infeasible',
    where: "policy 'progressive': bytes",
    expected: `at least ${Math.ceil(needed)} bytes, the narrowest widths everywhere`,
    received: String(bytes),
    remedy: 'Allow more bytes, or let `to` or `depthwise` be narrower.',
  });
}
