import type { QuantizedTensor } from '@lowbit/core';
import { zeroPointForm } from '@lowbit/core/adapter';
import type { WeightSite } from '../describe/weight-site.js';
import type { PackedFloat } from '../target/runs.js';
import type { Target } from '../target/target.js';
import type { PackedForm, TakenGroups } from './packed-form.js';
import { packedForms } from './packed-forms.js';
import { packedParameters } from './packed-parameters.js';

/** An operator that takes packed groups of one weight. */
interface GroupOperator extends TakenGroups {
  readonly form: PackedForm;
  /** Values along the axis of the groups. */
  readonly size: number;
}

/**
 * Why the operator that takes packed groups does not take these, and with what it would; `undefined` for weights that there
 * is no such operator for, and for those that are not in groups.
 *
 * @param written The form that the weight is written in, if it stays packed.
 */
export function groupsUnfit(
  site: WeightSite,
  tensor: QuantizedTensor,
  target: Target,
  written?: PackedForm,
): string | undefined {
  const { slicing, scheme, bits } = tensor;
  if (scheme.kind !== 'affine' || slicing === 'tensor' || !('along' in slicing)) return undefined;
  const { along, group } = slicing;
  const operator = groupOperator(site, along, target);
  if (operator === undefined) return firstOf(packedForms, ({ refusal }) => refusal?.(site));
  const { form, size } = operator;
  if (form === written) return undefined;
  if (operator.fits(bits, group, size)) return parametersUnfit(form, site, tensor);
  const other = otherSizes(operator, bits, group);
  if (other === undefined)
    return `${form.name} takes no ${bits} bits in groups here${shortCause(operator, bits, group)}`;
  return zeroPointForm(tensor) === undefined ? `${other}, with integer zero points` : other;
}

/** The operator that takes groups of a weight along an axis, for products and for tables. */
const groupOperator = (site: WeightSite, along: number, target: Target): GroupOperator | undefined =>
  firstOf(packedForms, (form) => {
    const groups = form.takes?.(site, target)?.groups;
    return groups?.along === along ? { form, size: site.shape[along] as number, ...groups } : undefined;
  });

function firstOf<T, R>(all: readonly T[], of: (one: T) => R | undefined): R | undefined {
  for (const one of all) {
    const found = of(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

function parametersUnfit({ name }: PackedForm, site: WeightSite, tensor: QuantizedTensor): string {
  if (zeroPointForm(tensor) === undefined) return `${name} takes grids with integer zero points alone`;
  if (packedParameters(tensor, site.source.tensor.dataType as PackedFloat) === undefined)
    return `${name} takes scales of the model's type alone, float16, which cannot hold these closely`;
  return `${name} takes no zero points of ${tensor.bits} bits here`;
}

/** Sizes of groups, the most common first. */
export const groupSizes = [32, 16, 64, 128, 256];

/** Which bits and groups are not taken, why where the last group is the cause, and which would be; `undefined` where none would. */
function otherSizes(operator: GroupOperator, bits: number, group: number): string | undefined {
  const { form, size } = operator;
  const { name } = form;
  const fits = (width: number, length: number) => operator.fits(width, length, size);
  const cause = shortCause(operator, bits, group);
  const other = groupSizes.find((one) => fits(bits, one));
  if (other !== undefined)
    return `${name} takes no groups of ${group} here${cause}, but would of ${other} (granularity group:${other})`;
  const widths = [2, 4, 8].filter((width) => width > bits || cause !== '');
  const width = widths.find((one) => fits(one, group));
  if (width !== undefined) return `${name} takes no ${bits} bits here${cause}, but would take ${width}`;
  const both = groupSizes.find((one) => fits(4, one));
  if (both === undefined || bits > 4) return undefined;
  return `${name} takes no ${bits} bits in groups of ${group} here, but would take 4 in groups of ${both} (granularity group:${both})`;
}

/** That the last group is short, where the operator takes no such groups of this width; otherwise nothing. */
function shortCause({ size, fits }: GroupOperator, bits: number, group: number): string {
  if (fits(bits, group, size) || !fits(bits, group, group)) return '';
  return `, since the last group is short (${size % group} of ${group})`;
}
