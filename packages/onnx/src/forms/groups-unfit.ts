import type { QuantizedTensor } from '@lowbit/core';
import { zeroPointForm } from '@lowbit/core/adapter';
import type { WeightSite } from '../describe/weight-site.js';
import { multipliedAlong, productsUnfit } from './multiplied.js';
import { packedParameters } from './packed-parameters.js';
import { gatherBlockQuantizedBits, matMulNBitsFits } from '../target/packed-operators.js';
import { type PackedFloat } from '../target/runs.js';
import type { Target } from '../target/target.js';
import { isFloatTable } from './gather-block-quantized.js';

/** An operator that takes packed groups, and what it takes of one weight. */
interface GroupOperator {
  readonly name: string;
  fits(bits: number, group: number): boolean;
  /** Whether it would take these bits and groups, were the last group no shorter than the others. */
  fitsWhole(bits: number, group: number): boolean;
  /** Values along the axis of the groups. */
  readonly size: number;
}

/**
 * Why the operator that takes packed groups does not take these, and with what it would; `undefined` for weights that there
 * is no such operator for, and for those that are not in groups.
 */
export function groupsUnfit(site: WeightSite, tensor: QuantizedTensor, target: Target): string | undefined {
  const { slicing, scheme, bits } = tensor;
  if (scheme.kind !== 'affine' || slicing === 'tensor' || !('along' in slicing)) return undefined;
  const operator = groupOperator(site, slicing.along, target);
  if (operator === undefined) return productsUnfit(site);
  if (operator.fits(bits, slicing.group)) return parametersUnfit(operator, site, tensor);
  const other = otherSizes(operator, bits, slicing.group);
  if (other === undefined)
    return `${operator.name} takes no ${bits} bits in groups here${shortCause(operator, bits, slicing.group)}`;
  return zeroPointForm(tensor) === undefined ? `${other}, with integer zero points` : other;
}

/** The operator that takes groups of a weight along an axis, for products and for tables. */
export function groupOperator(site: WeightSite, along: number, target: Target): GroupOperator | undefined {
  const size = site.shape[along] as number;
  const type = site.source.tensor.dataType as PackedFloat;
  if (along === multipliedAlong(site)) {
    const takes = (bits: number, group: number, rows: number) =>
      matMulNBitsFits(bits, group, rows, target, { type });
    return {
      name: 'MatMulNBits',
      size,
      fits: (bits, group) => takes(bits, group, size),
      fitsWhole: (bits, group) => takes(bits, group, group),
    };
  }
  if (along !== 1 || !isFloatTable(site)) return undefined;
  const fits = (bits: number, group: number) =>
    gatherBlockQuantizedBits(bits, group, size, target) !== undefined;
  return { name: 'GatherBlockQuantized', size, fits, fitsWhole: fits };
}

function parametersUnfit({ name }: GroupOperator, site: WeightSite, tensor: QuantizedTensor): string {
  if (zeroPointForm(tensor) === undefined) return `${name} takes grids with integer zero points alone`;
  if (packedParameters(tensor, site.source.tensor.dataType as PackedFloat) === undefined)
    return `${name} takes scales of the model's type alone, float16, which cannot hold these closely`;
  return `${name} takes no zero points of ${tensor.bits} bits here`;
}

/** Sizes of groups, the most common first. */
export const groupSizes = [32, 16, 64, 128, 256];

/** Which bits and groups are not taken, why where the last group is the cause, and which would be; `undefined` where none would. */
function otherSizes(operator: GroupOperator, bits: number, group: number): string | undefined {
  const { name, fits } = operator;
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
function shortCause({ size, fits, fitsWhole }: GroupOperator, bits: number, group: number): string {
  if (fits(bits, group) || !fitsWhole(bits, group)) return '';
  return `, since the last group is short (${size % group} of ${group})`;
}
