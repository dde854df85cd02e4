import { zeroPointForm, type AffineScheme, type QuantizedTensor } from '@lowbit/core';
import { DataType } from '../schema/proto.js';
import { castsUint16 } from '../target/facts.js';
import type { Target } from '../target/target.js';
import { addCodes } from './add-codes.js';
import type { Computed } from './expand.js';
import type { Fragment } from './fragment.js';
import { addParameters, gatherGroups, type ParameterGrid } from './parameter-grid.js';

/** scale · code + offset, or scale · (code − (levels − 1) / 2) where there is no offset. */
export function expandAffine(
  to: Fragment,
  tensor: QuantizedTensor,
  scheme: AffineScheme,
  grid: ParameterGrid,
  target: Target,
): Computed {
  const { bits, parameterStorage } = tensor;
  const withZeroPoints = parameterStorage === 'float32' || !scheme.offset ? undefined : zeroPointForm(tensor);
  const { codes, scale } = withZeroPoints ?? { codes: tensor.codes, scale: scheme.scale };
  const { storedBits, ...added } = addCodes(to, 'codes', { codes, bits, grid }, DataType.FLOAT, target);
  const times = (value: string) =>
    to.node('Mul', [value, addParameters(to, 'scale', scale, grid, parameterStorage)]);
  if (scheme.offset === undefined) {
    const middle = to.small(DataType.FLOAT, [], [(scheme.levels - 1) / 2]);
    return { value: times(to.node('Sub', [added.value, middle])), form: `${added.form}→Sub→Mul`, storedBits };
  }
  if (withZeroPoints !== undefined) {
    const zeroPoints = addZeroPoints(to, withZeroPoints.zeroPoints, grid, target);
    return {
      value: times(to.node('Sub', [added.value, zeroPoints])),
      form: `${added.form}→Sub→Mul`,
      storedBits,
    };
  }
  const scaled = times(added.value);
  if (scheme.offset.every((offset) => offset === 0))
    return { value: scaled, form: `${added.form}→Mul`, storedBits };
  const offset = addParameters(to, 'offset', scheme.offset, grid, parameterStorage);
  return { value: to.node('Add', [scaled, offset]), form: `${added.form}→Mul→Add`, storedBits };
}

/** Zero points of at most 8 bits take a byte each. */
function addZeroPoints(to: Fragment, zeroPoints: Uint16Array, grid: ParameterGrid, target: Target): string {
  const wide = castsUint16(target) ? DataType.UINT16 : DataType.INT32;
  const type = zeroPoints.every((zeroPoint) => zeroPoint < 256) ? DataType.UINT8 : wide;
  const stored = to.constant('zero', type, grid.parameters, zeroPoints);
  return gatherGroups(to, to.node('Cast', [stored], { to: DataType.FLOAT }), grid);
}
