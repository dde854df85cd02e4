import { isLowbitError, LowbitError } from '../errors/error.js';
import type { FitContext, Quantizer } from '../plugin/quantizer.js';
import type { SliceParameters } from '../scheme/types.js';

/** Runs the plugin; whatever it throws is reported with its name and the place. */
export function fitSafely(
  quantizer: Quantizer,
  values: Float32Array,
  context: FitContext,
  place: string,
): SliceParameters {
  try {
    return quantizer.fit(values, context);
  } catch (error) {
    if (isLowbitError(error)) throw error;
    throw new LowbitError(
      {
        code: 'plugin-failed',
        where: `quantizer '${quantizer.name}' at ${place}`,
        received: error instanceof Error ? error.message : String(error),
        remedy: "Report this to the quantizer's author, or choose another quantizer for this place.",
      },
      { cause: error },
    );
  }
}
