import type { IntegerWeights } from '../layer/layer.js';

/** Weights as they are kept: a byte each, or two in a byte, each input's outputs in a row of whole bytes. */
export interface PackedValues {
  readonly bits: 4 | 8;
  readonly rowBytes: number;
  readonly data: Int8Array;
}

export function packValues({ values, shape, bits }: IntegerWeights): PackedValues {
  const outputs = shape.at(-1)!;
  if (bits === 8) return { bits, rowBytes: outputs, data: values.slice() };
  const rowBytes = (outputs + 1) >> 1;
  const rows = outputs === 0 ? 0 : values.length / outputs;
  const data = new Int8Array(rows * rowBytes);
  for (let row = 0; row < rows; row++)
    for (let output = 0; output < outputs; output++) {
      const at = row * rowBytes + (output >> 1);
      const value = values[row * outputs + output]! & 15;
      data[at] = output % 2 === 0 ? value : data[at]! | (value << 4);
    }
  return { bits, rowBytes, data };
}

/** The weights of an input for all outputs. */
export function readRow({ bits, rowBytes, data }: PackedValues, input: number, to: Int8Array): void {
  const from = input * rowBytes;
  for (let output = 0; output < to.length; output++)
    if (bits === 8) to[output] = data[from + output]!;
    else {
      const byte = data[from + (output >> 1)]!;
      to[output] = output % 2 === 0 ? (byte << 28) >> 28 : byte >> 4;
    }
}
