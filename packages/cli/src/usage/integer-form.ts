import type { QuantizationPlan } from '@lowbit/core';
import type { IntegerChoice, RuntimeTarget } from '@lowbit/onnx';

import type { ActivationOptions } from './activation-options.js';

/** The width that integer operators take. */
export const integerActivationBits = 8;

const choices: readonly IntegerChoice[] = ['operators', 'qdq', 'faster'];

/**
 * How layers with quantized activations compute: as the options say, or the plan, or else by integer operators with float
 * results where all activations have 8 bits, the target has such operators, and the network gains by them. That is the faster form in
 * onnxruntime-web, and the more exact one, since only inputs are rounded. `undefined`: in floats.
 */
export function integerForm(
  { activations, activationBits, integers, target }: ActivationOptions & { readonly target?: RuntimeTarget },
  plan: QuantizationPlan | undefined,
): IntegerChoice | undefined {
  const widths =
    plan === undefined
      ? [activationBits ?? integerActivationBits]
      : (plan.activations ?? []).map(({ bits }) => bits);
  const isQuantized = (plan === undefined ? activations : plan.activations) !== undefined;
  const fits = widths.every((bits) => bits === integerActivationBits) && target?.provider !== 'webgpu';
  const form = integers ?? plan?.form?.['integers'] ?? (fits ? 'faster' : 'none');
  return isQuantized ? choices.find((choice) => choice === form) : undefined;
}
