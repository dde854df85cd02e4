import type { InputsOfWeight, ObservedInputs } from '../calibration/input-statistics.js';
import { defined } from '../contract/defined.js';
import { inTurns } from '../contract/pause.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import { biasShift, correctionReport, noShift, type CentredErrors } from './bias-shift.js';
import type { QuantizedTensor } from '../scheme/types.js';
import { importanceOf } from './importance.js';
import { roundedCodes } from './rounded-codes.js';
import { checkReach } from './unfit-weights.js';
import { type CodedWeight, codeWeight, type FittedWeight, weightInSteps } from './weight.js';

/** What the inputs of a weight were; absent where the size of the result alone counts. */
export type InputsOf = ((own: ResolvedEntry) => Promise<InputsOfWeight>) | undefined;

/** The weight in codes of a scheme that is fitted to its values, and to what these are multiplied with where somebody looks at that. */
export async function fitAndRound(
  own: ResolvedEntry,
  values: Float32Array,
  inputsOf: InputsOf,
  pause: () => Promise<void>,
): Promise<CodedWeight> {
  const fit = (importance?: Float32Array) =>
    inTurns(weightInSteps(own, values, undefined, importance), pause);
  const inputs = inputsOf && (await inputsOf(own));
  const importance =
    inputs?.observed && isFittedToOutputs(own)
      ? importanceOf(own.weight, inputs.observed, own.corrects === true)
      : undefined;
  const fitted = await fit(importance);
  checkReach(fitted.ranges, own);
  const { rounding, corrects } = own;
  if (rounding === undefined && corrects !== true) return codeWeight(own, values, fitted);
  if (inputs === undefined)
    return {
      ...codeWeight(own, values, fitted),
      ...(corrects === true ? { bias: { shift: noShift(own), report: { rows: 0, gainDb: 0 } } } : {}),
    };
  const { observed, why } = inputs;
  if (why !== undefined) {
    const unrounded = rounding && why;
    return { ...codeWeight(own, values, fitted), ...defined({ unrounded, uncorrected: corrects && why }) };
  }
  if (corrects !== true || observed === undefined) return codesOf(own, values, fitted, observed).coded;
  const plain = importance === undefined ? fitted : await fit();
  return correct(own, values, { fitted, plain }, observed);
}

/**
 * Whether the levels of a weight are fitted to what its values do to the outputs. A rounder makes up for the error of one value by those of
 * others, which takes steps that are equally fine for all of them; only what four levels or fewer leave out it cannot make up for.
 */
const isFittedToOutputs = ({ rounding, entry: { bits } }: ResolvedEntry): boolean =>
  rounding === undefined || bits <= 2;

/** The weight in codes that its rounder chooses, where its plan names one. */
function codesOf(
  own: ResolvedEntry,
  values: Float32Array,
  fitted: FittedWeight,
  observed: ObservedInputs | undefined,
  centred = false,
) {
  const { rounding } = own;
  if (rounding === undefined) return { coded: codeWeight(own, values, fitted), errors: () => undefined };
  const { choose, report, errors } = roundedCodes(own, rounding, observed, centred);
  return { coded: { ...codeWeight(own, values, fitted, choose), rounding: report() }, errors };
}

/** Levels that are fitted to what values do to the outputs, and to the values alone. */
interface Levels {
  readonly fitted: FittedWeight;
  readonly plain: FittedWeight;
}

/**
 * The weight in codes for outputs whose mean error is taken off, with what its bias is to take off.
 *
 * Such codes add more to that mean than others, and so do levels that are fitted to what varies. So what the bias gains is told by nearest
 * levels, over those of which nobody looked at inputs; what the rounder gains comes on top.
 */
function correct(
  own: ResolvedEntry,
  values: Float32Array,
  { fitted, plain }: Levels,
  observed: ObservedInputs,
): CodedWeight {
  const { rounding } = own;
  const { coded, errors } = codesOf(own, values, fitted, observed, true);
  const taken = biasShift(own, observed, values, coded.tensor, errors('chosen'));
  if (taken.shift.every((one) => one === 0)) return { ...coded, uncorrected: noError };
  const { heldOutGainDb = 0 } = correctionReport(taken);
  if (heldOutGainDb < 0) {
    const levels = rounding === undefined ? plain : fitted;
    return { ...codesOf(own, values, levels, observed).coded, uncorrected: noGain };
  }
  const shiftOf = (tensor: QuantizedTensor, centred?: CentredErrors) =>
    biasShift(own, observed, values, tensor, centred);
  const nearest =
    rounding === undefined ? taken : shiftOf(codeWeight(own, values, fitted).tensor, errors('nearest'));
  if (plain === fitted) return { ...coded, bias: { shift: taken.shift, report: correctionReport(nearest) } };
  const simple = codeWeight(own, values, plain);
  const over = shiftOf(simple.tensor);
  // How much each input counts by itself tells nothing of inputs that move together.
  if (rounding === undefined && over.seen.after <= taken.seen.after)
    return { ...simple, bias: { shift: over.shift, report: correctionReport(over) } };
  return { ...coded, bias: { shift: taken.shift, report: correctionReport(nearest, over) } };
}

const noGain = 'outputs would be further off on samples kept back';
const noError = 'its outputs are not off on average';
