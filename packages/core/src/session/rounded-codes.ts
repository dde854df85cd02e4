/** The codes that a rounder chooses for a weight, and what they are worth. */
import type { GroupInputs, ObservedInputs } from '../calibration/input-statistics.js';
import { defined } from '../contract/defined.js';
import type { NamedRounder, ResolvedEntry } from '../contract/resolved-plan.js';
import { seededRandom } from '../numeric/random.js';
import type { RoundingReport } from '../report/report.js';
import { type ChooseCodes, nearestCodes } from '../scheme/nearest.js';
import { type SliceLayout, sliceLayout } from '../scheme/slicing.js';
import type { CentredErrors } from './bias-shift.js';
import { decibelsLess } from './decibels-less.js';
import { gramsOf, roundGroup, type Errors, type RoundedGroup } from './round-group.js';

/** Chooses codes by the rounder of a weight, and tells what that gained. */
export interface RoundedCodes {
  readonly choose: ChooseCodes;
  /** Of what was chosen last. */
  readonly report: () => RoundingReport;
  /** What its outputs are off with the nearest levels and with the codes that were chosen last; `undefined` without inputs. */
  readonly errors: (codes: keyof Errors) => CentredErrors | undefined;
}

/**
 * How the codes of a weight are chosen that has a rounder.
 *
 * @param observed What its inputs were; absent for a rounder that needs to know nothing of them.
 * @param centred Whether the bias of the layer takes off what errors add on average.
 */
export function roundedCodes(
  { weight, seed }: ResolvedEntry,
  rounding: NamedRounder,
  observed: ObservedInputs | undefined,
  centred = false,
): RoundedCodes {
  const matrix = sliceLayout(weight.shape, { axes: weight.outputAxes });
  const groups: readonly (GroupInputs | undefined)[] = observed?.groups ?? [undefined];
  let rounded: readonly RoundedGroup[] = [];
  const choose: ChooseCodes = (scheme, values, layout, bits) => {
    const nearest = matrix.toSliceMajor(nearestCodes(scheme, values, layout, bits));
    const rows = matrix.toSliceMajor(values);
    const slices = matrix.toSliceMajor(numbersOf(layout, values.length));
    const settings = { bits, options: rounding.options, random: seededRandom(seed) };
    const codes = nearest.slice();
    rounded = groups.map((inputs, g) => {
      const from = (g * values.length) / groups.length;
      const to = ((g + 1) * values.length) / groups.length;
      const group = {
        scheme,
        values: rows.subarray(from, to),
        nearest: nearest.subarray(from, to),
        slices: slices.subarray(from, to),
        channels: matrix.count / groups.length,
        place: `weight '${weight.id}'`,
      };
      const own = roundGroup(group, rounding, inputs && gramsOf(inputs, centred), settings);
      codes.set(own.codes, from);
      return own;
    });
    return matrix.fromSliceMajor(codes);
  };
  return {
    choose,
    report: () => reportOf(rounding, rounded),
    errors(codes) {
      const [seen, heldOut] = [totalOf(rounded, 'seen'), totalOf(rounded, 'heldOut')];
      return seen && { seen: seen[codes], ...(heldOut && { heldOut: heldOut[codes] }) };
    },
  };
}

/** The slice of each value, row-major. */
function numbersOf({ runs: { step, each } }: SliceLayout, count: number): Uint32Array {
  const slices = new Uint32Array(count);
  each((from, to, slice) => {
    for (let i = from, s = slice; i < to; i++, s += step) slices[i] = s;
  });
  return slices;
}

/** Sums over groups; `undefined` where no group has them. */
function totalOf(groups: readonly RoundedGroup[], of: 'seen' | 'heldOut'): Errors | undefined {
  const all = groups.flatMap((group) => group[of] ?? []);
  const nearest = all.reduce((sum, errors) => sum + errors.nearest, 0);
  const chosen = all.reduce((sum, errors) => sum + errors.chosen, 0);
  return all.length === 0 ? undefined : { nearest, chosen };
}

function reportOf({ rounder }: NamedRounder, groups: readonly RoundedGroup[]): RoundingReport {
  const gainOf = (errors: Errors | undefined) => errors && decibelsLess(errors.nearest, errors.chosen);
  return {
    rounder: rounder.name,
    rows: groups.reduce((most, { rows = 0 }) => Math.max(most, rows), 0),
    channelsKept: groups.reduce((all, { kept }) => all + kept, 0),
    ...defined({
      gainDb: gainOf(totalOf(groups, 'seen')),
      heldOutGainDb: gainOf(totalOf(groups, 'heldOut')),
    }),
  };
}
