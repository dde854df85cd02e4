import type { ChannelConstants } from '../layer/constants.js';

/** Sums of one row of the product, and where its outputs go. */
interface FinishedRow {
  readonly sums: Int32Array;
  /** Sums of the row's inputs, which shifts are multiplied by: one, or one for each output. */
  readonly inputSums: Int32Array;
  /** Step of the inputs. */
  readonly scale: number;
  readonly constants: ChannelConstants;
  readonly output: Float32Array;
  readonly to: number;
  readonly addend: Float32Array | undefined;
}

/** Writes the outputs of a row; every operation is rounded to float32, in the order of the kernels. */
export function finishRow({ sums, inputSums, scale, constants, output, to, addend }: FinishedRow): void {
  const { scales, shifts, biases, slopes, lowest, highest } = constants;
  const { fround } = Math;
  for (let channel = 0; channel < sums.length; channel++) {
    let value = fround(fround(sums[channel]!) * scales[channel]!);
    if (shifts !== undefined) {
      const inputSum = inputSums[inputSums.length === 1 ? 0 : channel]!;
      value = fround(value + fround(fround(inputSum) * shifts[channel]!));
    }
    value = fround(value * scale);
    value = fround(value + biases[channel]!);
    if (addend !== undefined) value = fround(value + addend[to + channel]!);
    if (slopes !== undefined && value < 0) value = fround(value * slopes[channel]!);
    // NaN stays.
    if (value < lowest) value = lowest;
    output[to + channel] = highest < value ? highest : value;
  }
}
