import type { QuantizedTensor } from '@lowbit/core';
import type { WeightSite } from '../describe/weight-site.js';
import { dequantizeOperator } from '../target/facts.js';
import type { Target } from '../target/target.js';
import { groupOperator, groupSizes, groupsUnfit } from './groups-unfit.js';

/**
 * Why a weight is not kept packed, and with what it would be, where there is something.
 *
 * @param unfit Why no `DequantizeLinear` takes it, which is the cause where no other operator could.
 */
export function unpackedReason(
  site: WeightSite,
  tensor: QuantizedTensor,
  target: Target,
  unfit: string,
): string {
  const { scheme, slicing, bits } = tensor;
  if (scheme.kind !== 'affine') return unfit;
  const cause = groupsUnfit(site, tensor, target) ?? unfit;
  const grouped = slicing !== 'tensor' && 'along' in slicing;
  const other = grouped ? perChannel(bits, target) : inGroups(site, bits, target);
  return other === undefined ? cause : `${cause}; ${other}`;
}

function perChannel(bits: number, target: Target): string | undefined {
  const stays = dequantizeOperator(bits, 'axis', target) !== undefined;
  return stays ? 'per channel (granularity channel) it would stay packed' : undefined;
}

function inGroups(site: WeightSite, bits: number, target: Target): string | undefined {
  const operator = groupOperator(site, site.inputAxis ?? 0, target);
  const group = operator && groupSizes.find((one) => operator.fits(bits, one));
  return group === undefined
    ? undefined
    : `${operator?.name} would take it in groups of ${group} (granularity group:${group})`;
}
