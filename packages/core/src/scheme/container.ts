import { joinBytes } from '../numeric/join-bytes.js';
import { checkPacked, checkTensor } from './check-tensor.js';
import { checkHeader, checkHeldLevels, checkUnpacked } from './check-unpacked.js';
import { checkLength, numberBytes, numberReader, packNumbers, type NumberReader } from './number-storage.js';
import { pack, packedBytes, unpack } from './pack.js';
import { storesZeroPoints } from './parameters.js';
import { sizeOf } from './shape.js';
import { sliceLayout } from './slicing.js';
import type {
  AffineScheme,
  CodebookScheme,
  ParameterStorage,
  QuantizedTensor,
  Scheme,
  Slicing,
} from './types.js';
import { integerZeroPoints } from './zero-point.js';

/**
 * How the offsets of an affine scheme are stored: not at all, as integers of `bits` bits, as one integer for all slices in the
 * header, or as numbers.
 */
export type OffsetForm = 'none' | 'zero-points' | 'zero-point' | 'numbers';

/** What is needed besides the bytes; plain JSON. */
export interface PackedHeader {
  readonly shape: readonly number[];
  readonly slicing: Slicing;
  readonly bits: number;
  /** `shared-codebook` is a codebook with a scale; readers that do not know it refuse the name. */
  readonly scheme: Scheme['kind'] | 'shared-codebook';
  /** Levels of an affine or codebook scheme, order of a residual one. */
  readonly levels: number;
  readonly offsets: OffsetForm;
  /** Of all slices, where offsets are stored as `zero-point`. */
  readonly zeroPoint?: number;
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
 * `bits` bits (whichever is exact; none where the header has one for all); codebook — values; shared codebook — values as
 * float32, then scales; residual — scales. The thresholds of a
 * codebook are not stored: codes are decoded without them.
 * Numbers take 4 bytes (`float32`), 2 bytes (`float16`), or 6 or 8 bits plus one float16 for each 16
 * (`two-level`, whose signed integers are stored with 2^(bits−1) added).
 */
export function packTensor(tensor: QuantizedTensor): PackedTensor {
  checkTensor(tensor, 'packTensor(tensor)');
  const { scheme, parameterStorage, bits } = tensor;
  const header: PackedHeader = {
    shape: tensor.shape,
    slicing: tensor.slicing,
    bits,
    scheme: isShared(scheme) ? 'shared-codebook' : scheme.kind,
    levels: scheme.kind === 'residual' ? scheme.order : scheme.levels,
    ...storedOffsets(scheme),
    parameterStorage,
  };
  const numbers = numberLists(scheme, header.offsets).map((list) => packNumbers(list, parameterStorage));
  const shared = isShared(scheme) ? [packNumbers(scheme.values, 'float32')] : [];
  const zeroPoints =
    scheme.kind === 'affine' && header.offsets === 'zero-points'
      ? [pack(integerZeroPoints(scheme) ?? [], bits)]
      : [];
  const parameters = joinBytes([...shared, ...numbers, ...zeroPoints]);
  return { header, codes: pack(tensor.codes, bits), parameters };
}

/** Bytes of the packed codes and parameters, header not counted: the tensor's true cost in our container. */
export function packedTensorBytes(tensor: QuantizedTensor): number {
  checkTensor(tensor, 'packedTensorBytes(tensor)');
  const { scheme, bits, parameterStorage } = tensor;
  const { offsets } = storedOffsets(scheme);
  const numbers = numberLists(scheme, offsets).reduce(
    (sum, list) => sum + numberBytes(list.length, parameterStorage),
    0,
  );
  const zeroPoints =
    scheme.kind === 'affine' && offsets === 'zero-points' ? packedBytes(scheme.scale.length, bits) : 0;
  const shared = isShared(scheme) ? numberBytes(scheme.levels, 'float32') : 0;
  return packedBytes(tensor.codes.length, bits) + shared + numbers + zeroPoints;
}

/** Bits that one value costs, scales, offsets and codebooks counted; 0 for an empty tensor. */
export function bitsPerWeight(tensor: QuantizedTensor): number {
  checkTensor(tensor, 'bitsPerWeight(tensor)');
  return tensor.codes.length === 0 ? 0 : (8 * packedTensorBytes(tensor)) / tensor.codes.length;
}

/**
 * The tensor that was packed, without the thresholds of a codebook. Throws `packed-data` when a member of the header is none that
 * {@link packTensor} writes, when it has more levels than its bits hold, when the byte counts are not exactly what it needs, when a
 * parameter is not finite or a scale below 0, and for codes that stand for no level.
 */
export function unpackTensor(packed: PackedTensor): QuantizedTensor {
  checkPacked(packed, 'unpackTensor(packed)');
  checkHeader(packed.header);
  const { shape, slicing, bits, parameterStorage } = packed.header;
  const codes = unpack(packed.codes, bits, sizeOf(shape));
  const scheme = packedScheme(packed);
  return checkUnpacked({ shape, slicing, bits, codes, scheme, parameterStorage });
}

/**
 * The parameters of a packed tensor, whose header is one that `packTensor` writes.
 *
 * @throws LowbitError `packed-data` when the header has more levels than its bits hold, and when the byte counts are not exactly what
 *   it needs.
 */
export function packedScheme({ header, codes, parameters }: PackedTensor): Scheme {
  const { shape, slicing, bits, levels, scheme: kind, parameterStorage } = header;
  checkHeldLevels(levels, bits, kind === 'residual');
  const read = numberReader(parameters, parameterStorage);
  const scheme = readScheme(header, sliceLayout(shape, slicing).count, read);
  read.finish();
  checkLength('codes', codes.length, packedBytes(sizeOf(shape), bits));
  return scheme;
}

function isShared(scheme: Scheme): scheme is CodebookScheme & { readonly scale: Float32Array } {
  return scheme.kind === 'codebook' && scheme.scale !== undefined;
}

function storedOffsets(scheme: Scheme): Pick<PackedHeader, 'offsets' | 'zeroPoint'> {
  if (scheme.kind !== 'affine' || scheme.offset === undefined) return { offsets: 'none' };
  if (!storesZeroPoints(scheme)) return { offsets: 'numbers' };
  const zeroPoint = sharedZeroPoint(scheme);
  return zeroPoint === undefined ? { offsets: 'zero-points' } : { offsets: 'zero-point', zeroPoint };
}

/** The zero point of all slices, if it is one; those of zeros have any. A single slice stores its own. */
function sharedZeroPoint(scheme: AffineScheme): number | undefined {
  const zeroPoints = integerZeroPoints(scheme) ?? new Uint16Array(0);
  if (zeroPoints.length < 2) return undefined;
  const zeroPoint = zeroPoints.find((_, s) => scheme.scale[s] !== 0) ?? 0;
  const shared = zeroPoints.every((one, s) => one === zeroPoint || scheme.scale[s] === 0);
  return shared ? zeroPoint : undefined;
}

function numberLists(scheme: Scheme, offsets: OffsetForm): Float32Array[] {
  if (scheme.kind === 'residual') return [scheme.scales];
  if (scheme.kind === 'codebook') return [scheme.scale ?? scheme.values];
  return offsets === 'numbers' && scheme.offset ? [scheme.scale, scheme.offset] : [scheme.scale];
}

function readScheme(header: PackedHeader, slices: number, read: NumberReader): Scheme {
  const { levels } = header;
  if (header.scheme === 'residual')
    return { kind: 'residual', order: levels, scales: read.numbers(slices * levels) };
  if (header.scheme === 'codebook')
    return { kind: 'codebook', levels, values: read.numbers(slices * levels) };
  if (header.scheme === 'shared-codebook')
    return { kind: 'codebook', levels, values: read.singles(levels), scale: read.numbers(slices) };
  const scale = read.numbers(slices);
  if (header.offsets === 'none') return { kind: 'affine', levels, scale };
  if (header.offsets === 'numbers') return { kind: 'affine', levels, scale, offset: read.numbers(slices) };
  const { zeroPoint } = header;
  if (header.offsets === 'zero-point')
    return { kind: 'affine', levels, scale, offset: scale.map((step) => -(zeroPoint ?? 0) * step) };
  const zeroPoints = read.integers(slices, header.bits);
  return { kind: 'affine', levels, scale, offset: scale.map((step, s) => -(zeroPoints[s] as number) * step) };
}
