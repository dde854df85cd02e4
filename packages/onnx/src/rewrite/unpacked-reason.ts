import type { QuantizedTensor } from '@lowbit/core';
import type { WeightSite } from '../describe/weight-site.js';
import { dequantizeOperator, matMulNBitsFits } from '../target/facts.js';
import type { Target } from '../target/target.js';
import { feedsOnlyMatMul } from './mat-mul-n-bits.js';

/**
 * Why a weight is not kept packed, and with what it would be, where there is something.
 *
 * @param unfit Why no `DequantizeLinear` takes it.
 */
export function unpackedReason(
  site: WeightSite,
  tensor: QuantizedTensor,
  target: Target,
  unfit: string,
): string {
  if (tensor.scheme.kind !== 'affine') return unfit;
  const product = feedsOnlyMatMul(site) ? unmultiplied(tensor, target) : undefined;
  const grouped = tensor.slicing !== 'tensor' && 'along' in tensor.slicing;
  const axis = grouped && dequantizeOperator(tensor.bits, 'axis', target) !== undefined;
  const other =
    axis && product === undefined ? 'per channel (granularity channel) it would stay packed' : undefined;
  return [product, unfit, other].filter((part) => part !== undefined).join('; ');
}

/** Why `MatMulNBits` does not take the second factor of products. */
function unmultiplied({ bits, shape, slicing }: QuantizedTensor, target: Target): string {
  const rows = shape[0] as number;
  const fits = (group: number) => matMulNBitsFits(bits, group, rows, target);
  const fitting = [32, 16, 64, 128, 256].find(fits);
  const group = slicing !== 'tensor' && 'along' in slicing && slicing.along === 0 ? slicing.group : undefined;
  if (group !== undefined && fits(group)) return 'MatMulNBits takes grids with integer zero points alone';
  if (fitting === undefined) return `MatMulNBits takes no ${bits} bits of ${rows} rows here`;
  return `MatMulNBits would take it in groups of ${fitting} (granularity group:${fitting})`;
}
