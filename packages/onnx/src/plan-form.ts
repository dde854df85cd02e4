import { LowbitError } from '@lowbit/core';
import { defined, type PortForm } from '@lowbit/core/adapter';
import type { IntegerChoice } from './integer/cost.js';
import { integerChoices, type OnnxOptions } from './onnx-options.js';

/** The form of a port, for plans. */
export const formOf = (
  integers: IntegerChoice | undefined,
  integersFor: readonly string[] | undefined,
): PortForm => ({
  integers: integers ?? 'none',
  ...(integersFor === undefined || integersFor.length === 0 ? {} : { integersFor: integersFor.join('\n') }),
});

/**
 * The form of a stored plan as options.
 *
 * @param asked What the port was made with; where it says nothing, the plan decides.
 * @throws LowbitError `plan-mismatch`.
 */
export function optionsOfForm(
  form: PortForm,
  { integers: asked, integersFor: named }: Pick<OnnxOptions, 'integers' | 'integersFor'>,
): Pick<OnnxOptions, 'integers' | 'integersFor'> {
  const { integers, integersFor, ...others } = form;
  const layers = named ?? integersFor?.split('\n');
  const possible = asked === undefined ? integerChoices : [asked];
  const found = possible.find((one) => one === integers);
  if (Object.keys(others).length === 0) {
    if (found !== undefined) return { integers: found, ...defined({ integersFor: layers }) };
    if (asked === undefined && integers === 'none') return {};
  }
  throw new LowbitError({
    code: 'plan-mismatch',
    where: 'plan: form',
    expected:
      asked === undefined
        ? `integers none or ${integerChoices.join(' or ')}`
        : `integers ${asked}, as was asked for`,
    received: JSON.stringify(form),
    remedy: 'Leave the option integers out, which a plan brings along, or make a new plan.',
  });
}
