import type { QuantizedTensor } from '@lowbit/core';
import { type CodebookScheme, sliceLayout } from '@lowbit/core/adapter';
import type { Computed } from './expand.js';
import type { Fragment } from './fragment.js';
import { addNumbers, addParameters, type ParameterGrid } from './parameter-grid.js';
import { DataType } from '../schema/proto.js';
import type { Target } from '../target/target.js';
import { addCodes } from './add-codes.js';

/** values[slice · levels + code]; of a shared codebook, scale[slice] · values[code]. */
export function expandCodebook(
  to: Fragment,
  tensor: QuantizedTensor,
  scheme: CodebookScheme,
  grid: ParameterGrid,
  target: Target,
): Computed {
  const { codes, bits, parameterStorage } = tensor;
  const added = addCodes(to, 'codes', { codes, bits, grid }, DataType.INT32, target);
  if (scheme.scale !== undefined) {
    const values = addNumbers(to, 'values', scheme.values, [scheme.levels], 'float32');
    const scale = addParameters(to, 'scale', scheme.scale, grid, parameterStorage);
    return {
      value: to.node('Mul', [to.node('Gather', [values, added.value]), scale]),
      form: `${added.form}→Gather→Mul`,
      storedBits: added.storedBits,
    };
  }
  const slices = sliceLayout(tensor.shape, tensor.slicing).count;
  const bases = Array.from({ length: slices }, (_, slice) => slice * scheme.levels);
  const index =
    slices === 1
      ? added.value
      : to.node('Add', [added.value, addParameters(to, 'base', bases, grid, 'int32')]);
  const values = addNumbers(to, 'values', scheme.values, [scheme.values.length], parameterStorage);
  return {
    value: to.node('Gather', [values, index]),
    form: `${added.form}→Gather`,
    storedBits: added.storedBits,
  };
}
