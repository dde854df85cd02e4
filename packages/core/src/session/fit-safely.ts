import type { FitContext, Quantizer, RefitContext } from '../contract/quantizer.js';
import { takeRejections } from '../errors/is-promise.js';
import { ownCopy } from '../plugin/own-copy.js';
import { pluginFailure } from '../plugin/safely.js';
import { checkForm, checkGridsForm, checkList, type FittingVerb } from '../scheme/check-form.js';
import { checkGrids, checkParameters } from '../scheme/check-parameters.js';
import type { SliceRanges } from '../scheme/slice-ranges.js';
import type { AffineScheme, SliceParameters } from '../scheme/types.js';

/**
 * Runs the plugin's `fit`; whatever it throws is reported with its name and the place, as is what it returns instead of
 * parameters, or with numbers that no storage has. It gets a context of its own.
 *
 * @param values May be written on.
 */
export function fitSafely(
  quantizer: Quantizer,
  values: Float32Array,
  context: FitContext,
  place: string,
): SliceParameters {
  return runSafely(quantizer, place, checkOne('fit', context), () =>
    quantizer.fit(values, ownContext(context)),
  );
}

/** Runs the plugin's `fitRanges` in the same way; without one nothing is known. */
export function fitRangesSafely(
  quantizer: Quantizer,
  { min, max }: SliceRanges,
  context: FitContext,
  place: string,
): AffineScheme | undefined {
  const own = { min: min.slice(), max: max.slice() };
  const check = (returned: AffineScheme | undefined, where: string) => {
    const grids = checkGridsForm(returned, where);
    return grids && checkGrids(grids, min.length, context.bits, where);
  };
  return runSafely(quantizer, place, check, () => quantizer.fitRanges?.(own, ownContext(context)));
}

/** Runs the plugin's `fitRows` in the same way. @param values May be written on. */
export function fitRowsSafely(
  quantizer: Quantizer,
  values: Float32Array,
  length: number,
  context: FitContext,
  place: string,
): AffineScheme | undefined {
  const check = (returned: AffineScheme | undefined, where: string) => {
    const grids = checkGridsForm(returned, where, 'fitRows');
    return grids && checkGrids(grids, values.length / length, context.bits, where);
  };
  return runSafely(quantizer, place, check, () => quantizer.fitRows?.(values, length, ownContext(context)));
}

/** Runs the plugin's `fitTensor` in the same way; it gives parameters for every slice. */
export function fitTensorSafely(
  quantizer: Quantizer,
  slices: readonly Float32Array[],
  context: FitContext,
  place: string,
): readonly SliceParameters[] {
  const check = (returned: readonly SliceParameters[] | undefined, where: string) =>
    checkList(returned, slices.length, where).map((one) => checkOne('fitTensor', context)(one, where));
  return runSafely(quantizer, place, check, () => quantizer.fitTensor?.([...slices], ownContext(context)));
}

/** Runs the plugin's `refit` in the same way; without one the parameters stay. */
export function refitSafely(
  quantizer: Quantizer,
  values: Float32Array,
  context: RefitContext,
  place: string,
): SliceParameters {
  if (quantizer.refit === undefined) return context.previous;
  const check = checkOne('refit', context);
  return runSafely(quantizer, place, check, () => quantizer.refit?.(values, ownContext(context)));
}

/** Checks the parameters of one slice: their form and their numbers. */
const checkOne =
  (verb: FittingVerb, { bits }: FitContext) =>
  (returned: SliceParameters | undefined, where: string): SliceParameters =>
    checkParameters(checkForm(returned, where, verb), bits, where);

/** What most contexts hold is a few options; slices can be many and short. */
function ownContext<C extends FitContext>(context: C): C {
  return context.role === 'weight' && !('previous' in context)
    ? { ...context, options: { ...context.options } }
    : ownCopy(context);
}

function runSafely<T, P>(
  { name }: Quantizer,
  place: string,
  check: (result: T, where: string) => P,
  run: () => T,
): P {
  const where = `quantizer '${name}' at ${place}`;
  let result: T | undefined;
  try {
    result = run();
    return check(result, where);
  } catch (error) {
    takeRejections(result);
    throw pluginFailure(where, error);
  }
}
