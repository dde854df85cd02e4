import { isLowbitError, type Quantizer } from '@lowbit/core';
import type { FitContext, SliceParameters } from '@lowbit/core/method';
import { must } from '../law.js';
import { defectsOf } from './defects.js';
import { fit, type Width } from './fit.js';
import { describe } from './parameters.js';

/**
 * Fits values that a message calls `name`. Throws when the quantizer does (a typed error as it is) and when
 * the parameters have a defect.
 */
export function soundFit(
  quantizer: Quantizer,
  values: Float32Array,
  width: Width,
  name: string,
  extra: Partial<FitContext> = {},
): SliceParameters {
  const parameters = fitOrTell(quantizer, values, width, name, extra);
  const [defect] = defectsOf(parameters, width.bits);
  must(defect === undefined, () => `${describe(width)}, ${name}: ${defect?.message}`);
  return parameters;
}

function fitOrTell(
  quantizer: Quantizer,
  values: Float32Array,
  width: Width,
  name: string,
  extra: Partial<FitContext>,
): SliceParameters {
  try {
    return fit(quantizer, values, width, extra);
  } catch (error) {
    if (isLowbitError(error)) throw error;
    throw new Error(`${describe(width)}, ${name}: fit threw ${String(error)}`, { cause: error });
  }
}
