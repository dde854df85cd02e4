import type { InputsOfWeight } from '../calibration/input-statistics.js';
import { defined } from '../contract/defined.js';
import { inTurns } from '../contract/pause.js';
import type { ResolvedEntry } from '../contract/resolved-plan.js';
import { noShift } from './bias-shift.js';
import { codeByData } from './code-by-data.js';
import { importanceOf } from './importance.js';
import { roundedCodes } from './rounded-codes.js';
import { checkReach } from './unfit-weights.js';
import { type CodedWeight, codeWeight, weightInSteps } from './weight.js';

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
  const { rounding, corrects } = own;
  const inputs = inputsOf && (await inputsOf(own));
  const { observed, why } = inputs ?? {};
  const plain = await fit();
  checkReach(plain.ranges, own);
  if (rounding === undefined && corrects !== true) return codeWeight(own, values, plain);
  if (inputs === undefined)
    return {
      ...codeWeight(own, values, plain),
      ...(corrects === true ? { bias: { shift: noShift(own), report: { rows: 0, gainDb: 0 } } } : {}),
    };
  if (why !== undefined) {
    const unrounded = rounding && why;
    return { ...codeWeight(own, values, plain), ...defined({ unrounded, uncorrected: corrects && why }) };
  }
  if (observed === undefined) {
    if (rounding === undefined) return codeWeight(own, values, plain);
    const { choose, report } = roundedCodes(own, rounding, undefined);
    return { ...codeWeight(own, values, plain, choose), rounding: report() };
  }
  const importance = importanceOf(own.weight, observed, corrects === true);
  const levels = { plain, ...(importance && { weighted: await fit(importance) }) };
  return codeByData(own, values, levels, observed);
}
