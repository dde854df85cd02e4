import { type QuantizedTensor, encode } from '@lowbit/core';
import {
  optionsOf,
  seededRandom,
  siteParameters,
  arrayOps,
  type ArrayTensor,
  type Options,
  type Quantizer,
  type Site,
} from '@lowbit/core/method';

/** Rows as a matrix. */
export function matrix(rows: readonly ArrayLike<number>[]): ArrayTensor {
  const width = rows[0]?.length ?? 0;
  return { shape: [rows.length, width], data: Float32Array.from(rows.flatMap((row) => Array.from(row))) };
}

/** The rows as a weight with one slice a row. */
export function quantized(
  quantizer: Quantizer,
  x: ArrayTensor,
  bits: number,
  given: Options = {},
): QuantizedTensor {
  const context = {
    role: 'weight',
    bits,
    options: optionsOf(quantizer, given),
    random: seededRandom(0),
  } as const;
  const fit = (slice: Float32Array) => quantizer.fit(slice, context);
  return encode(x.data, x.shape, { axes: [0] }, { bits, fit });
}

/** Where a weight is used in training. */
export function weightSite(quantizer: Quantizer, tensor: QuantizedTensor): Site<ArrayTensor> {
  const { bits, scheme, shape } = tensor;
  const parameters = siteParameters(arrayOps, scheme, shape[0] as number);
  return { role: 'weight', bits, options: optionsOf(quantizer, {}), parameters };
}

/** Where an input is quantized: nothing is known beforehand. */
export function inputSite(quantizer: Quantizer, bits: number): Site<ArrayTensor> {
  const options = optionsOf(quantizer, {});
  return { role: 'activation', bits, options, parameters: { kind: 'residual', scales: [] } };
}

export function scalesOf(tensor: QuantizedTensor): Float32Array {
  if (tensor.scheme.kind !== 'residual') throw new Error(tensor.scheme.kind);
  return tensor.scheme.scales;
}

export function meanSquare(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length;
}
