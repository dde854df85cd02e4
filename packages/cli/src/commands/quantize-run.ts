import type { QuantizationPlan } from '@lowbit/core';
import type { Io } from '../io.js';
import type { FoundModel } from '../model/find-model.js';
import type { Progress } from '../output/progress.js';
import { highestBits } from '../files/output-name.js';
import type { QuantizeOptions } from '../usage/quantize-options.js';

/** One run of `lowbit quantize`, its options checked. */
export interface QuantizeRun {
  readonly model: FoundModel;
  readonly options: QuantizeOptions;
  /** Decides in place of the options. */
  readonly plan?: QuantizationPlan;
  readonly signal: Io['signal'];
  readonly progress: Progress;
}

/** The bits, or the policy, that name the result. @throws LowbitError `nothing-to-quantize`. */
export function bitsOf({ options, plan }: QuantizeRun): number | string {
  return plan === undefined ? options.bits : highestBits(plan, options.plan ?? 'plan');
}
