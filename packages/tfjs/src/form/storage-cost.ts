import type { WeightDescriptor } from '@lowbit/core';
import { packedCost, sizeOf, standIns, type CostEntry, type StorageCost } from '@lowbit/core/adapter';
import { plainTensor } from '@lowbit/tfjs-format';
import type { StorageForm } from './storage-form.js';

/**
 * What a weight costs in this form; the running model holds float32 whatever the file does. Values that float16 may or may not hold
 * closely are counted as float32.
 */
export function storageCost(
  weight: WeightDescriptor,
  entry: CostEntry,
  { format, plain }: StorageForm,
): StorageCost {
  const packed = packedCost(weight, entry);
  if (format !== 'plain') return packed;
  const isFloat = plain === 'float16' || plain === 'float32';
  const sizes = standIns(weight, entry).map((tensor) => {
    const even = isFloat || tensor.scheme.kind !== 'affine' ? undefined : plainTensor('', tensor, plain);
    return even?.bytes.length ?? Float32Array.BYTES_PER_ELEMENT * sizeOf(weight.shape);
  });
  return { ...packed, storedBytes: Math.max(...sizes) };
}
