import type { QuantizedTensor } from '@lowbit/core';
import type { ResidualScheme } from '@lowbit/core/adapter';
import type { Computed } from './expand.js';
import type { Fragment } from './fragment.js';
import { addParameters, type ParameterGrid } from './parameter-grid.js';
import { DataType } from '../schema/proto.js';
import type { Target } from '../target/target.js';
import { addCodes } from './add-codes.js';

/** Σ scaleᵢ · (2 · bitᵢ − 1); the bits are taken from the codes one after the other, lowest first. */
export function expandResidual(
  to: Fragment,
  tensor: QuantizedTensor,
  { order, scales }: ResidualScheme,
  grid: ParameterGrid,
  target: Target,
): Computed {
  const { codes, bits, parameterStorage } = tensor;
  const { value, form, storedBits } = addCodes(to, 'codes', { codes, bits, grid }, DataType.INT32, target);
  let rest = value;
  let sum = '';
  for (let i = 0; i < order; i++) {
    const [bit, higher] = i === order - 1 ? [rest, rest] : splitBit(to, rest);
    const scale = scales.filter((_, at) => at % order === i);
    const term = to.node('Mul', [
      addSign(to, bit),
      addParameters(to, `scale${i}`, scale, grid, parameterStorage),
    ]);
    sum = i === 0 ? term : to.node('Add', [sum, term]);
    rest = higher;
  }
  return { value: sum, form: `${form}→sign→Mul${order > 1 ? '→Add' : ''}`, storedBits };
}

/** An integer's lowest bit, and the integer without it. */
function splitBit(to: Fragment, value: string): [bit: string, higher: string] {
  const two = to.small(DataType.INT32, [], [2]);
  const higher = to.node('Div', [value, two]);
  return [to.node('Sub', [value, to.node('Mul', [higher, two])]), higher];
}

/** 1 for a bit that is set, −1 otherwise. */
function addSign(to: Fragment, bit: string): string {
  const doubled = to.node('Mul', [
    to.node('Cast', [bit], { to: DataType.FLOAT }),
    to.small(DataType.FLOAT, [], [2]),
  ]);
  return to.node('Sub', [doubled, to.small(DataType.FLOAT, [], [1])]);
}
