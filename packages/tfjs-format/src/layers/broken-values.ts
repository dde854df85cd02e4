import { checkArgument } from '@lowbit/core/adapter';

/** What is said of a float weight that holds a value that is no number; `undefined` for any other. Such a model gives NaN, quantized or not. */
export function brokenWarning(values: Float32Array): string | undefined {
  const isFloats = values instanceof Float32Array;
  checkArgument(isFloats, values, { where: 'brokenWarning(values)', expected: 'a Float32Array' });
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index < 0) return undefined;
  return `value ${index} of ${values.length} is ${values[index]}: what the model makes of it is no number either, quantized or not`;
}
