import type { QuantizerChoice } from '../plugin/choice.js';
import type { BitAssignment, Granularity } from '../plugin/policy.js';

/** What a policy may choose besides the bits. */
export interface PolicyChoice {
  readonly weights?: QuantizerChoice;
  readonly granularity?: Granularity;
}

/** The assignment with other bits, and another quantizer or granularity where one is given. */
export function override(
  entry: BitAssignment,
  bits: number | 'float',
  choice: PolicyChoice,
  reason: string,
): BitAssignment {
  return {
    ...entry,
    bits,
    ...(choice.weights === undefined ? {} : { quantizer: choice.weights }),
    ...(choice.granularity === undefined ? {} : { granularity: choice.granularity }),
    reason,
  };
}
