import type { FitContext, Quantizer, RefitContext } from '../plugin/quantizer.js';
import { safely } from '../plugin/safely.js';
import type { SliceParameters } from '../scheme/types.js';

/** Runs the plugin's `fit`; whatever it throws is reported with its name and the place. */
export function fitSafely(
  quantizer: Quantizer,
  values: Float32Array,
  context: FitContext,
  place: string,
): SliceParameters {
  return safely(`quantizer '${quantizer.name}' at ${place}`, () => quantizer.fit(values, context));
}

/** Runs the plugin's `refit` in the same way; without one the parameters stay. */
export function refitSafely(
  quantizer: Quantizer,
  values: Float32Array,
  context: RefitContext,
  place: string,
): SliceParameters {
  return safely(
    `quantizer '${quantizer.name}' at ${place}`,
    () => quantizer.refit?.(values, context) ?? context.previous,
  );
}
