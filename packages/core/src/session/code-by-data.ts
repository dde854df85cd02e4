import type { ObservedInputs } from '../calibration/input-statistics.js';
import { defined } from '../contract/defined.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import type { RoundingReport } from '../report/report.js';
import { biasShift, type BiasShift, type CentredErrors, correctionReport } from './bias-shift.js';
import { decibelsLess } from './decibels-less.js';
import { roundedCodes, type RoundedCodes } from './rounded-codes.js';
import { type CodedWeight, codeWeight, type FittedWeight } from './weight.js';

/** Levels that a weight can have. */
export interface Levels {
  /** Fitted to its values alone. */
  readonly plain: FittedWeight;
  /** Fitted to what each value counts for in the outputs by itself, where that is known. */
  readonly weighted?: FittedWeight;
}

/**
 * The weight in codes for what its inputs were: its rounder chooses them, where its plan names one, and its bias takes off what its outputs are
 * then off on average, where it corrects it.
 *
 * Levels of one kind are left for those of the other where already the nearest of these make less of an error, as no rounder does worse than
 * them. What is gained is told over the nearest plain levels, which need no data: first by the bias, then by the rounder.
 */
export function codeByData(
  own: ResolvedEntry,
  values: Float32Array,
  levels: Levels,
  observed: ObservedInputs,
  corrects = own.corrects === true,
): CodedWeight {
  const { rounding } = own;
  const { plain, weighted } = levels;
  const [first, second] = weighted && prefersWeighted(own) ? [weighted, plain] : [plain, weighted];
  const nearestOn = (on: FittedWeight, inputs = observed, centred?: CentredErrors) =>
    biasShift(own, inputs, values, codeWeight(own, values, on).tensor, centred);
  let taken = first;
  let { coded, errors, bias } = codesOn(own, values, first, observed, corrects);
  const error = bias?.seen.after ?? errors('chosen')?.seen ?? 0;
  if (second !== undefined) {
    const { before, after } = nearestOn(second, seenOf(observed)).seen;
    if ((corrects ? after : before) < clearly * error) {
      taken = second;
      ({ coded, errors, bias } = codesOn(own, values, second, observed, corrects));
    }
  }
  if (bias === undefined)
    return taken === plain ? coded : withGain(coded, errors('chosen'), nearestOn(plain));
  if (bias.shift.every((one) => one === 0)) return { ...coded, uncorrected: noError };
  const { heldOutGainDb = 0 } = correctionReport(bias);
  if (heldOutGainDb < 0) {
    const uncorrected = noGain;
    if (rounding === undefined) return { ...codeWeight(own, values, plain), uncorrected };
    return { ...codeByData(own, values, levels, observed, false), uncorrected };
  }
  const nearest = rounding === undefined ? bias : nearestOn(taken, observed, errors('nearest'));
  const over = taken === plain ? nearest : nearestOn(plain);
  return { ...coded, bias: { shift: bias.shift, report: correctionReport(nearest, over) } };
}

/** Part of an error that is less of one, whatever sums of float32 are off. */
const clearly = 0.999;

/**
 * Whether levels that are fitted to what values do to the outputs come first. A rounder makes up for the error of one value by those of
 * others, which takes steps that are equally fine for all of them; only what four levels or fewer leave out it cannot make up for.
 */
const prefersWeighted = ({ rounding, entry: { bits } }: ResolvedEntry): boolean =>
  rounding === undefined || bits <= 2;

/** Codes on some levels. */
interface Coded {
  readonly coded: CodedWeight;
  /** What outputs are off, where a rounder summed that. */
  readonly errors: RoundedCodes['errors'];
  /** Absent where it stays as it is. */
  readonly bias: BiasShift | undefined;
}

function codesOn(
  own: ResolvedEntry,
  values: Float32Array,
  levels: FittedWeight,
  observed: ObservedInputs,
  corrects: boolean,
): Coded {
  const { rounding } = own;
  const rounded = rounding && roundedCodes(own, rounding, observed, corrects);
  const weight = codeWeight(own, values, levels, rounded?.choose);
  const errors: Coded['errors'] = (codes) => rounded?.errors(codes);
  return {
    coded: { ...weight, ...defined({ rounding: rounded?.report() }) },
    errors,
    bias: corrects ? biasShift(own, observed, values, weight.tensor, errors('chosen')) : undefined,
  };
}

/** Without those that were kept back. */
const seenOf = ({ groups }: ObservedInputs): ObservedInputs => ({
  groups: groups.map(({ seen }) => ({ seen })),
});

/** With what its rounder gains over other codes. */
function withGain(coded: CodedWeight, chosen: CentredErrors | undefined, over: BiasShift): CodedWeight {
  if (coded.rounding === undefined || chosen === undefined) return coded;
  const { heldOut } = chosen;
  const rounding: RoundingReport = {
    ...coded.rounding,
    gainDb: decibelsLess(over.seen.before, chosen.seen),
    ...(heldOut !== undefined &&
      over.heldOut && { heldOutGainDb: decibelsLess(over.heldOut.before, heldOut) }),
  };
  return { ...coded, rounding };
}

const noGain = 'outputs would be further off on samples kept back';
const noError = 'its outputs are not off on average';
