import type { Geometry } from '../layer/geometry.js';
import type { LayerInputs } from '../layer/layer.js';
import type { Call, PreparedCall } from './call-block.js';

/** How quantized inputs are kept. */
export interface InputForm {
  /** Of one. */
  readonly bytes: 1 | 2;
  /** What stands for 0, from which bytes are counted: −128 to 127 as signed ones, 0 to 255 as unsigned. */
  readonly zero: number;
}

/** A layer of integers of 8 or 16 bits, in two steps: what it takes is quantized, then multiplied. */
export interface Stage {
  readonly inputs: LayerInputs;
  readonly form: InputForm;
  readonly outputs: number;
  /** Reserves what it needs for a batch; values, addend and output are not said yet. */
  prepare(geometry: Geometry, reserve: (bytes: number) => number): PreparedCall;
  /** Computes a call whose inputs are quantized. */
  compute(address: number): void;
}

/** How values become codes, which a call says. */
export function codesOfInputs(inputs: LayerInputs): Call {
  if (inputs.kind !== 'steps') return { leastCode: -127, mostCode: 127 };
  const step = Math.fround(inputs.step);
  return { step, inverse: 1 / step, leastCode: inputs.lowest, mostCode: inputs.highest };
}
