import type { QuantizationPlan, RecipeChange, Report } from '@lowbit/core';
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
  readonly stdout: Io['stdout'];
  readonly progress: Progress;
  /** The command that was typed, with a change of the recipe. */
  readonly again: (change: RecipeChange) => string;
}

/** What to do next: load the result, or have another where its verdict is bad. */
export function nextOf({ again }: QuantizeRun, { verdict }: Report, loading: string): string {
  if (verdict?.grade !== 'probably-unusable') return loading;
  return verdict.next === undefined
    ? 'leave the model as it is, or try wider weights, such as --bits 12: nothing as small keeps more of it'
    : again(verdict.next);
}

/** The bits, or the policy, that name the result. @throws LowbitError `nothing-to-quantize`. */
export function bitsOf({ options, plan }: QuantizeRun): number | string {
  if (plan === undefined) return options.bits;
  const isFloat = options.float16 === true && plan.weights.every(({ bits }) => bits === 'float');
  return isFloat ? 'float' : highestBits(plan, options.plan ?? 'plan');
}
