import type { QuantizedTensor } from '@lowbit/core';
import { roundToFloat16, zeroPointForm, type ZeroPointForm } from '@lowbit/core/adapter';
import { addNumbers } from './parameter-grid.js';
import { DataType } from '../schema/proto.js';
import type { PackedFloat } from '../target/runs.js';
import type { Fragment } from './fragment.js';

/** A tensor with integer zero points and scales of the type that the operator computes in. */
interface PackedParameters {
  readonly exact: ZeroPointForm;
  /** The tensor with these very scales. */
  readonly stored: QuantizedTensor;
}

/**
 * What packed operators take of a tensor: integer zero points, and scales of the weight's own type; `undefined` where the
 * grid has no such zero points, or where float16 cannot hold the scales closely.
 */
export function packedParameters(tensor: QuantizedTensor, type: PackedFloat): PackedParameters | undefined {
  const { scheme } = tensor;
  const exact = zeroPointForm(tensor);
  if (exact === undefined || scheme.kind !== 'affine') return undefined;
  if (type === DataType.FLOAT) return { exact, stored: tensor };
  const scale = exact.scale.map(roundToFloat16);
  if (!areClose(exact.scale, scale, scheme.levels)) return undefined;
  const offset = scale.map((step, slice) => -(exact.zeroPoints[slice] as number) * step);
  const stored = { ...tensor, codes: exact.codes, scheme: { ...scheme, scale, offset } };
  return { exact: { ...exact, scale }, stored };
}

/** Whether no level moves by more than half a step, nor by more than 1/32 of the span of the grid. */
function areClose(before: Float32Array, after: Float32Array, levels: number): boolean {
  const share = Math.min(1 / 32, 1 / (2 * (levels - 1)));
  return before.every((scale, slice) => Math.abs(scale - (after[slice] as number)) <= share * scale);
}

/** Adds scales of the weight's own type; those of FLOAT may be stored in float16 and widened. */
export function addScales(
  to: Fragment,
  scales: Float32Array,
  dims: readonly number[],
  type: PackedFloat,
  { parameterStorage }: QuantizedTensor,
): string {
  if (type === DataType.FLOAT16) return to.constant('scale', type, dims, scales);
  return addNumbers(to, 'scale', scales, dims, parameterStorage);
}
