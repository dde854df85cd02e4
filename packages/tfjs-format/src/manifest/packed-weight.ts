import {
  isLowbitError,
  LowbitError,
  packTensor,
  unpackTensor,
  type PackedTensor,
  type Problem,
  type QuantizedTensor,
} from '@lowbit/core';
import { checkArgument, expander, joinBytes, sizeOf } from '@lowbit/core/adapter';
import { checkStored } from './check-given.js';
import type { StoredWeight } from './stored-weights.js';
import { isPacked, packedDtype, type WeightSpec } from './weight-spec.js';

/** A quantized tensor as a weight of a manifest: codes of 1 to 16 bits, then scales, offsets or codebooks. */
export function packWeight(name: string, tensor: QuantizedTensor): StoredWeight {
  return storePacked(name, packTensor(tensor));
}

/** A tensor that is packed already, as a weight of a manifest. */
export function storePacked(name: string, packed: PackedTensor): StoredWeight {
  const { header, codes, parameters } = Object(packed) as PackedTensor;
  const isPackedTensor =
    header?.shape !== undefined && [codes, parameters].every((part) => part instanceof Uint8Array);
  checkArgument(isPackedTensor, packed, {
    where: 'storePacked: tensor',
    expected: 'a packed tensor: { header, codes, parameters }',
    remedy: 'packTensor and packedOf give one; packWeight takes a tensor that is not packed.',
  });
  const bytes = joinBytes([codes, parameters]);
  const quantization = { ...header, dtype: packedDtype, bytes: [codes.length, parameters.length] } as const;
  return { spec: { name, shape: header.shape, dtype: 'float32', quantization }, bytes };
}

/**
 * A weight as one of another shape, of as many values: the layer's, where axes that are summed over together were quantized as one.
 *
 * @throws LowbitError `invalid-argument` for another number of values.
 */
export function inShape(weight: StoredWeight, shape: readonly number[]): StoredWeight {
  checkStored(weight, 'inShape');
  const count = sizeOf(weight.spec.shape);
  checkArgument(Array.isArray(shape) && sizeOf(shape) === count, shape, {
    where: 'inShape: shape',
    expected: `a shape of ${count} values`,
  });
  return { ...weight, spec: { ...weight.spec, shape } };
}

/**
 * The packed tensor of a weight, its bytes still packed.
 *
 * @throws LowbitError `packed-data` when the header does not fit the weight.
 */
export function packedOf(weight: StoredWeight, where: string): PackedTensor {
  checkStored(weight, 'packedOf');
  const { spec, bytes } = weight;
  if (!isPacked(spec)) throw damaged(spec, where, 'a weight packed by lowbit');
  const { dtype, bytes: sizes, ...header } = spec.quantization;
  if (sizeOf(header.shape) !== sizeOf(spec.shape) || dtype !== packedDtype)
    throw damaged(spec, where, `a packed tensor of as many values as shape [${spec.shape}]`);
  return { header, codes: bytes.subarray(0, sizes[0]), parameters: bytes.subarray(sizes[0]) };
}

/** As {@link packedOf}, unpacked to codes. @throws LowbitError `packed-data` when the bytes do not fit the header either. */
export function unpackWeight(weight: StoredWeight, where: string): QuantizedTensor {
  const packed = packedOf(weight, where);
  return fitting(weight, where, () => unpackTensor(packed));
}

/** As {@link packedOf}, its values. @throws as {@link unpackWeight}. */
export function expandPacked(weight: StoredWeight, where: string): Float32Array {
  const packed = packedOf(weight, where);
  return fitting(weight, where, () => {
    const expand = expander(packed);
    const values = new Float32Array(sizeOf(packed.header.shape));
    expand(values);
    return values;
  });
}

function fitting<R>({ spec }: StoredWeight, where: string, read: () => R): R {
  try {
    return read();
  } catch (error) {
    const told: Partial<Problem> = isLowbitError(error) ? error : {};
    throw damaged(spec, where, told.expected ?? 'a header that describes the bytes', told.received);
  }
}

function damaged(
  { name, shape }: WeightSpec,
  where: string,
  expected: string,
  received = `shape [${shape}]`,
): LowbitError {
  return new LowbitError({
    code: 'packed-data',
    where: `${where}: weight '${name}'`,
    expected,
    received,
    remedy: 'Save the model again.',
  });
}
