import { LowbitError } from '../errors/error.js';
import type { ModelPort } from '../contract/port.js';
import type { PortForm, QuantizationPlan } from '../contract/plan.js';

/**
 * The port in the form that a plan was made with; the port itself where the plan tells none.
 *
 * @throws LowbitError `plan-mismatch` for a form that the port cannot take.
 */
export function portForPlan<M>(port: ModelPort<M>, { form }: QuantizationPlan): ModelPort<M> {
  if (form === undefined || isSame(form, port.form ?? {})) return port;
  if (port.inForm !== undefined) return port.inForm(form);
  throw new LowbitError({
    code: 'plan-mismatch',
    where: `plan: form ${JSON.stringify(form)}`,
    expected: `a plan for the port '${port.name}', which has no forms`,
    remedy: 'Use the plan with the kind of model that it was made for, or make a new plan.',
  });
}

function isSame(form: PortForm, other: PortForm): boolean {
  const names = new Set([...Object.keys(form), ...Object.keys(other)]);
  return [...names].every((name) => form[name] === other[name]);
}
