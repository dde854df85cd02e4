import type { QuantizedTensor } from '@lowbit/core';
import { type AffineScheme, zeroPointForm, type ZeroPointForm } from '@lowbit/core/adapter';
import type { Computed } from './expand.js';
import type { Fragment } from './fragment.js';
import { addParameters, gatherGroups, type ParameterGrid } from './parameter-grid.js';
import { DataType } from '../schema/proto.js';
import type { Target } from '../target/target.js';
import { addCodes, type AddedCodes } from './add-codes.js';
import { sharedZeroPoint } from './centred-codes.js';

/**
 * scale · (code − zero point) where the grid has integer zero points, scale · code + offset where it has not, and
 * scale · (code − (levels − 1) / 2) where there is no offset. A zero point that all slices share is stored once.
 */
export function expandAffine(
  to: Fragment,
  tensor: QuantizedTensor,
  scheme: AffineScheme,
  grid: ParameterGrid,
  target: Target,
): Computed {
  const { bits, parameterStorage } = tensor;
  const add = (codes: QuantizedTensor['codes']) =>
    addCodes(to, 'codes', { codes, bits, grid }, DataType.FLOAT, target);
  const times = (value: string, scale: Float32Array) =>
    to.node('Mul', [value, addParameters(to, 'scale', scale, grid, parameterStorage)]);
  const around = ({ value, ...added }: AddedCodes, zero: string | undefined, scale: Float32Array) =>
    zero === undefined
      ? { ...added, value: times(value, scale), form: `${added.form}→Mul` }
      : { ...added, value: times(to.node('Sub', [value, zero]), scale), form: `${added.form}→Sub→Mul` };
  const once = (zeroPoint: number) =>
    zeroPoint === 0 ? undefined : to.small(DataType.FLOAT, [], [zeroPoint]);

  const { levels, scale, offset } = scheme;
  if (offset === undefined) return around(add(tensor.codes), once((levels - 1) / 2), scale);
  const exact = zeroPointForm(tensor);
  const shared = exact && sharedZeroPoint(tensor, exact);
  if (shared !== undefined) return around(add(shared.codes), once(shared.zeroPoint), shared.scale);
  if (exact !== undefined)
    return around(add(exact.codes), addZeroPoints(to, exact, bits, grid, target), exact.scale);
  const { value, form, storedBits } = add(tensor.codes);
  const shift = addParameters(to, 'offset', offset, grid, parameterStorage);
  return { value: to.node('Add', [times(value, scale), shift]), form: `${form}→Mul→Add`, storedBits };
}

/** Zero points, one a slice, are stored like codes, and taken by row where these are. */
function addZeroPoints(
  to: Fragment,
  { zeroPoints }: ZeroPointForm,
  bits: number,
  { rows, ...grid }: ParameterGrid,
  target: Target,
): string {
  const byRow = rows !== undefined && grid.parameters.length === grid.codes.length;
  const own = { codes: grid.parameters, parameters: grid.parameters, ...(byRow ? { rows } : {}) };
  const added = addCodes(to, 'zero', { codes: zeroPoints, bits, grid: own }, DataType.FLOAT, target);
  return gatherGroups(to, added.value, grid);
}
