import { levelsOf } from '../layer/constants.js';
import type { IntegerWeights } from '../layer/layer.js';

/** Weights as they are kept: 8, 4, 2 or 1 bit each, those of one input for all outputs in a row of whole bytes. */
export interface PackedValues {
  readonly bits: IntegerWeights['bits'];
  readonly rowBytes: number;
  readonly data: Uint8Array;
  /** What values of 4 bits stand for, −8 first. */
  readonly levels: Int8Array | undefined;
}

export function packValues(weights: IntegerWeights): PackedValues {
  const { values, shape, bits } = weights;
  const outputs = shape.at(-1)!;
  const rowBytes = Math.ceil((outputs * bits) / 8);
  const rows = outputs === 0 ? 0 : values.length / outputs;
  const data = new Uint8Array(rows * rowBytes);
  for (let row = 0; row < rows; row++)
    for (let output = 0; output < outputs; output++) {
      const value = values[row * outputs + output]!;
      const code = bits === 1 ? Number(value > 0) : value & (2 ** bits - 1);
      data[row * rowBytes + ((output * bits) >> 3)]! |= code << ((output * bits) & 7);
    }
  return { bits, rowBytes, data, levels: levelsOf(weights) };
}

/** The weights of an input for all outputs. */
export function readRow({ bits, rowBytes, data, levels }: PackedValues, input: number, to: Int8Array): void {
  const from = input * rowBytes;
  for (let output = 0; output < to.length; output++) {
    const code = data[from + ((output * bits) >> 3)]! >> ((output * bits) & 7);
    const value = bits === 1 ? 2 * (code & 1) - 1 : (code << (32 - bits)) >> (32 - bits);
    to[output] = levels ? levels[value + 8]! : value;
  }
}
