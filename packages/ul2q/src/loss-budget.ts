import { type BitAssignment, type BitwidthPolicy, LowbitError } from '@lowbit/core/method';
import { assignedBytes, bytesBeside, type Measurements } from '@lowbit/core/policy';
import { allocateBits, leastLoss, type MeasuredWeight } from './allocate.js';
import { expectedLoss } from './loss.js';
import { stepTable } from './steps.js';

export interface LossBudget {
  /** What was measured of each weight; weights that are not named keep the bits they have. */
  readonly weights: readonly MeasuredWeight[];
  /** Bits that a value of these weights may take on average, parameters not counted. One of this and `bytes`. */
  readonly bitsPerWeight?: number;
  /** Bytes of the written model at most, its data and all parameters counted: `quantize` measures what each weight takes. */
  readonly bytes?: number;
  /** The widths to choose from. Default 1 … 16; name those that your target stores. */
  readonly widths?: readonly number[];
}

/**
 * A policy that spends an average number of bits, or bytes, where μL2Q's relation of bits to loss says they save most:
 * weights with a large deviation first. See {@link allocateBits}. Weights that are to stay float are left
 * alone and their share of the budget is not spent.
 *
 * The relation is of the weights themselves: what their errors cost the outputs nobody has looked at, unlike with `budget` of
 * `@lowbit/core/policy`.
 *
 * @throws LowbitError `invalid-argument` without a limit and with both; from `assign` also `budget-infeasible`.
 */
export function lossBudget(given: LossBudget): BitwidthPolicy {
  const { weights, bitsPerWeight, bytes, widths = stepTable.map((row) => row.bits) } = given;
  if ((bitsPerWeight === undefined) === (bytes === undefined)) throw oneLimit(given);
  return {
    kind: 'policy',
    api: 2,
    name: 'loss-budget',
    summary: 'bits where the expected loss falls most per bit',
    paper: 'Gong et al., μL2Q, IJCNN 2019, doi:10.1109/IJCNN.2019.8851699',
    ...(bytes === undefined
      ? {}
      : { budget: () => ({ bytes, candidates: widths.map((bits) => ({ bits })), effects: false }) }),
    assign(draft, _layers, { measurements, decided = new Set(), smallest = false }) {
      const isOpen = ({ id, bits }: BitAssignment) => bits !== 'float' && !decided.has(id);
      const asked = new Map(draft.filter(isOpen).map((entry) => [entry.id, entry]));
      const measured = weights.filter(({ id }) => asked.has(id));
      const values = measured.reduce((sum, { count }) => sum + count, 0);
      const bits =
        bytes === undefined || measurements === undefined
          ? allocateBits(measured, values * (bitsPerWeight ?? 0), widths)
          : withinBytes({ draft, measured, measurements, bytes, widths, smallest });
      return draft.map((entry) => (asked.has(entry.id) ? withBits(entry, bits.get(entry.id)) : entry));
    },
  };
}

interface ByteBudget {
  readonly draft: readonly BitAssignment[];
  readonly measured: readonly MeasuredWeight[];
  readonly measurements: Measurements;
  readonly bytes: number;
  readonly widths: readonly number[];
  /** Whether the narrowest widths are asked for, whatever the limit. */
  readonly smallest: boolean;
}

function withinBytes({
  draft,
  measured,
  measurements,
  bytes,
  widths,
  smallest,
}: ByteBudget): ReadonlyMap<string, number> {
  const own = new Map(draft.map((entry) => [entry.id, entry]));
  const named = new Set(measured.map(({ id }) => id));
  const left = bytes - bytesBeside(measurements, draft, named);
  const costOf = ({ id }: MeasuredWeight, bits: number) =>
    assignedBytes(measurements, [{ ...(own.get(id) as BitAssignment), bits }]);
  const narrowest = Math.min(...widths);
  const ofNarrowest = measured.reduce((sum, weight) => sum + costOf(weight, narrowest), 0);
  const found = leastLoss(measured, smallest ? ofNarrowest * (1 + 1e-9) : left, widths, costOf);
  if (found !== undefined) return found;
  const least = bytes - left + ofNarrowest;
  throw new LowbitError({
    code: 'budget-infeasible',
    where: "policy 'loss-budget': bytes",
    expected: `at least ${Math.ceil(least)} bytes, the narrowest width everywhere`,
    received: String(bytes),
    remedy: 'Allow more bytes, or a narrower width.',
  });
}

function oneLimit({ bytes }: LossBudget): LowbitError {
  return new LowbitError({
    code: 'invalid-argument',
    where: 'lossBudget',
    expected: 'one limit, bitsPerWeight or bytes',
    received: bytes === undefined ? 'none' : 'both',
  });
}

function withBits(entry: BitAssignment, bits: number | undefined): BitAssignment {
  if (bits === undefined) return entry;
  const loss = expectedLoss(bits).toPrecision(2);
  return { ...entry, bits, reason: `loss budget: ${bits} bits, expected loss ${loss} of the variance` };
}
