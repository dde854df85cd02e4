import { checkArgument, sizeOf } from '@lowbit/core/adapter';
import { checkSpecification, checkSpecifications } from './check-given.js';
import { truncatedError, manifestError } from './manifest-error.js';
import { elementBytes, isPacked, type WeightSpec } from './weight-spec.js';

/** A weight and its bytes as they are in the file. */
export interface StoredWeight {
  readonly spec: WeightSpec;
  /** A view. */
  readonly bytes: Uint8Array;
}

/**
 * Cuts the bytes of a group into those of its weights, one after the other as the specifications stand.
 *
 * @throws LowbitError `model-truncated` when there are too few bytes, `model-malformed` when some are left over.
 */
export function storedWeights(specs: readonly WeightSpec[], data: Uint8Array, where: string): StoredWeight[] {
  checkSpecifications(specs, 'storedWeights');
  checkArgument(data instanceof Uint8Array, data, { where: `${where}: bytes`, expected: 'a Uint8Array' });
  let at = 0;
  const weights = specs.map((spec) => {
    const size = spec.dtype === 'string' ? textBytes(spec, data.subarray(at), where) : storedBytes(spec);
    if (at + size > data.length)
      throw truncatedError(`${where}: weight '${spec.name}'`, at + size, data.length);
    at += size;
    return { spec, bytes: data.subarray(at - size, at) };
  });
  if (at !== data.length) throw manifestError(where, `${at} bytes of weights`, `${data.length}`);
  return weights;
}

/** Bytes of a weight in the file; not for text. */
export function storedBytes(spec: WeightSpec): number {
  checkSpecification(spec, 'storedBytes');
  if (isPacked(spec)) return spec.quantization.bytes[0] + spec.quantization.bytes[1];
  const widths = { uint8: 1, uint16: 2, float16: 2 } as const;
  const { quantization, dtype } = spec;
  const width =
    quantization === undefined
      ? elementBytes[dtype as keyof typeof elementBytes]
      : widths[quantization.dtype as keyof typeof widths];
  return sizeOf(spec.shape) * width;
}

/** Text is stored as its length in 4 bytes, then its bytes, string after string. */
function textBytes({ name, shape }: WeightSpec, data: Uint8Array, where: string): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  for (let i = 0; i < sizeOf(shape); i++) {
    if (at + 4 > data.length) throw truncatedError(`${where}: weight '${name}'`, at + 4, data.length);
    at += 4 + view.getUint32(at, true);
  }
  return at;
}
