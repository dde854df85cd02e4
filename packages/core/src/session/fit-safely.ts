import type { FitContext, Quantizer, RefitContext } from '../plugin/quantizer.js';
import { pluginFailure } from '../plugin/safely.js';
import type { SliceRanges } from '../scheme/slice-ranges.js';
import type { AffineScheme, SliceParameters } from '../scheme/types.js';

/** Runs the plugin's `fit`; whatever it throws is reported with its name and the place. */
export function fitSafely(
  quantizer: Quantizer,
  values: Float32Array,
  context: FitContext,
  place: string,
): SliceParameters {
  try {
    return quantizer.fit(values, context);
  } catch (error) {
    throw failureOf(quantizer, place, error);
  }
}

/** Runs the plugin's `fitRanges` in the same way; without one nothing is known. */
export function fitRangesSafely(
  quantizer: Quantizer,
  ranges: SliceRanges,
  context: FitContext,
  place: string,
): AffineScheme | undefined {
  try {
    return quantizer.fitRanges?.(ranges, context);
  } catch (error) {
    throw failureOf(quantizer, place, error);
  }
}

/** Runs the plugin's `refit` in the same way; without one the parameters stay. */
export function refitSafely(
  quantizer: Quantizer,
  values: Float32Array,
  context: RefitContext,
  place: string,
): SliceParameters {
  try {
    return quantizer.refit?.(values, context) ?? context.previous;
  } catch (error) {
    throw failureOf(quantizer, place, error);
  }
}

const failureOf = ({ name }: Quantizer, place: string, error: unknown) =>
  pluginFailure(`quantizer '${name}' at ${place}`, error);
