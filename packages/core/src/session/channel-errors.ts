import { checkArgument } from '../errors/check-argument.js';
import { addProduct } from '../kernels/add-product.js';

/** Inputs whose products are summed together. */
const inputsAtOnce = 128;

/** Channels whose errors are summed together. */
const channelsAtOnce = 2048;

/** How many rows and columns a matrix of weights has. */
export interface MatrixSize {
  readonly channels: number;
  readonly inputs: number;
}

/**
 * The mean squared error of the output of each channel, d G dᵀ. About K² / 2 multiplications for each.
 *
 * @param d What the weights are off, `[channels, inputs]`. @param gram G, the mean of x xᵀ over the inputs x.
 * @throws LowbitError `invalid-argument` where the sizes do not belong together.
 */
export function channelErrors(d: Float64Array, gram: Float32Array, size: MatrixSize): Float64Array {
  const { channels = NaN, inputs = NaN } = Object(size) as Partial<MatrixSize>;
  const fits =
    d instanceof Float64Array &&
    gram instanceof Float32Array &&
    d.length === channels * inputs &&
    gram.length === inputs ** 2;
  const expected = 'a Float64Array of channels · inputs and a Float32Array of inputs · inputs values';
  checkArgument(fits, size, { where: 'channelErrors(d, gram, size)', expected });
  const errors = new Float64Array(channels);
  for (let first = 0; first < channels; first += channelsAtOnce) {
    const rows = Math.min(channelsAtOnce, channels - first);
    const own = { values: d, from: first * inputs, rows, columns: inputs };
    for (let from = 0; from < inputs; from += inputsAtOnce) addErrors(errors, first, own, gram, from);
  }
  return errors;
}

/** Adds what some inputs, with themselves and those before them, make of the errors of some channels. */
function addErrors(
  errors: Float64Array,
  first: number,
  d: {
    readonly values: Float64Array;
    readonly from: number;
    readonly rows: number;
    readonly columns: number;
  },
  gram: Float32Array,
  from: number,
): void {
  const { rows, columns: inputs } = d;
  const width = Math.min(inputsAtOnce, inputs - from);
  const products = new Float64Array(rows * width);
  const sum = { values: products, rows, columns: width };
  const matrix = { values: gram, columns: width, rowStep: inputs };
  addProduct(sum, { ...d, columns: from, rowStep: inputs }, { ...matrix, rows: from, from });
  // The matrix is symmetric: what lies beside its diagonal counts twice.
  for (let i = 0; i < products.length; i++) products[i]! *= 2;
  const diagonal = { ...matrix, rows: width, from: from * inputs + from };
  addProduct(sum, { ...d, from: d.from + from, columns: width, rowStep: inputs }, diagonal);
  for (let row = 0, at = 0; row < rows; row++)
    for (let i = d.from + row * inputs + from, end = i + width; i < end; i++, at++)
      errors[first + row]! += (d.values[i] as number) * (products[at] as number);
}
