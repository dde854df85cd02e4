import { decode } from '@lowbit/core';
import {
  expandWeight,
  inShape,
  isPacked,
  plainTensor,
  plainWeight,
  unpackWeight,
  type StoredWeight,
} from '@lowbit/tfjs-format';
import type { StorageForm } from './storage-form.js';

/**
 * A weight that an earlier run quantized, for a file of this form, with the same values: as it is stored, or, where it is packed and
 * unmodified TensorFlow.js is to load it, on its own grid where that is exact, else whole.
 */
export function keepForm(weight: StoredWeight, { format }: StorageForm): StoredWeight {
  if (format !== 'plain' || !isPacked(weight.spec)) return weight;
  const { name, shape } = weight.spec;
  const tensor = unpackWeight(weight, name);
  const values = decode(tensor);
  const even = plainTensor(name, tensor);
  const isExact = even !== undefined && expandWeight(even, name).every((value, i) => value === values[i]);
  return isExact ? inShape(even, shape) : plainWeight(name, shape, values, 'float32');
}
