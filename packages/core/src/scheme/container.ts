import { checkUnpacked } from './check-unpacked.js';
import { concatenate, numberBytes, numberReader, packNumbers, type NumberReader } from './number-storage.js';
import { pack, packedBytes, unpack } from './pack.js';
import { storesZeroPoints } from './parameters.js';
import { sizeOf } from './shape.js';
import { sliceLayout } from './slicing.js';
import type { ParameterStorage, QuantizedTensor, Scheme, Slicing } from './types.js';
import { integerZeroPoints } from './zero-point.js';

/** How the offsets of an affine scheme are stored: not at all, as integers of `bits` bits, or as numbers. */
export type OffsetForm = 'none' | 'zero-points' | 'numbers';

/** What is needed besides the bytes; plain JSON. */
export interface PackedHeader {
  readonly shape: readonly number[];
  readonly slicing: Slicing;
  readonly bits: number;
  readonly scheme: Scheme['kind'];
  /** Levels of an affine or codebook scheme, order of a residual one. */
  readonly levels: number;
  readonly offsets: OffsetForm;
  readonly parameterStorage: ParameterStorage;
}

/** A quantized tensor in lowbit's own container: codes as a bit stream, then the parameters. */
export interface PackedTensor {
  readonly header: PackedHeader;
  /** See `pack`. */
  readonly codes: Uint8Array;
  /** Little-endian; see {@link packTensor} for the order. */
  readonly parameters: Uint8Array;
}

/**
 * Packs a tensor. The parameters are: affine — scales, then offsets as numbers or as integer zero points of
 * `bits` bits (whichever is exact); codebook — values; residual — scales. The thresholds of a
 * codebook are not stored: codes are decoded without them.
 * Numbers take 4 bytes (`float32`), 2 bytes (`float16`), or 6 or 8 bits plus one float16 for each 16
 * (`two-level`, whose signed integers are stored with 2^(bits−1) added).
 */
export function packTensor(tensor: QuantizedTensor): PackedTensor {
  const { scheme, parameterStorage, bits } = tensor;
  const header: PackedHeader = {
    shape: tensor.shape,
    slicing: tensor.slicing,
    bits,
    scheme: scheme.kind,
    levels: scheme.kind === 'residual' ? scheme.order : scheme.levels,
    offsets: offsetForm(scheme),
    parameterStorage,
  };
  const parts = numberLists(scheme, header.offsets).map((list) => packNumbers(list, parameterStorage));
  if (scheme.kind === 'affine' && header.offsets === 'zero-points') {
    parts.push(pack(integerZeroPoints(scheme) ?? [], bits));
  }
  return { header, codes: pack(tensor.codes, bits), parameters: concatenate(parts) };
}

/** Bytes of the packed codes and parameters, header not counted: the tensor's true cost in our container. */
export function packedTensorBytes(tensor: QuantizedTensor): number {
  const { scheme, bits, parameterStorage } = tensor;
  const offsets = offsetForm(scheme);
  const numbers = numberLists(scheme, offsets).reduce(
    (sum, list) => sum + numberBytes(list.length, parameterStorage),
    0,
  );
  const zeroPoints =
    scheme.kind === 'affine' && offsets === 'zero-points' ? packedBytes(scheme.scale.length, bits) : 0;
  return packedBytes(tensor.codes.length, bits) + numbers + zeroPoints;
}

/** Bits that one value costs, scales, offsets and codebooks counted; 0 for an empty tensor. */
export function bitsPerWeight(tensor: QuantizedTensor): number {
  return tensor.codes.length === 0 ? 0 : (8 * packedTensorBytes(tensor)) / tensor.codes.length;
}

/**
 * The tensor that was packed, without the thresholds of a codebook. Throws `packed-data` when the byte counts do not fit the header,
 * when a parameter is not finite, and for codes that stand for no level.
 */
export function unpackTensor(packed: PackedTensor): QuantizedTensor {
  const { header } = packed;
  const { shape, slicing, bits, parameterStorage } = header;
  const count = sizeOf(shape);
  const slices = sliceLayout(shape, slicing).count;
  const read = numberReader(packed.parameters, parameterStorage);
  return checkUnpacked({
    shape,
    slicing,
    bits,
    codes: unpack(packed.codes, bits, count),
    scheme: readScheme(header, slices, read),
    parameterStorage,
  });
}

function offsetForm(scheme: Scheme): OffsetForm {
  if (scheme.kind !== 'affine' || scheme.offset === undefined) return 'none';
  return storesZeroPoints(scheme) ? 'zero-points' : 'numbers';
}

function numberLists(scheme: Scheme, offsets: OffsetForm): Float32Array[] {
  if (scheme.kind === 'residual') return [scheme.scales];
  if (scheme.kind === 'codebook') return [scheme.values];
  return offsets === 'numbers' && scheme.offset ? [scheme.scale, scheme.offset] : [scheme.scale];
}

function readScheme(header: PackedHeader, slices: number, read: NumberReader): Scheme {
  const { levels } = header;
  if (header.scheme === 'residual')
    return { kind: 'residual', order: levels, scales: read.numbers(slices * levels) };
  if (header.scheme === 'codebook')
    return { kind: 'codebook', levels, values: read.numbers(slices * levels) };
  const scale = read.numbers(slices);
  if (header.offsets === 'none') return { kind: 'affine', levels, scale };
  if (header.offsets === 'numbers') return { kind: 'affine', levels, scale, offset: read.numbers(slices) };
  const zeroPoints = read.integers(slices, header.bits);
  return { kind: 'affine', levels, scale, offset: scale.map((step, s) => -(zeroPoints[s] as number) * step) };
}
