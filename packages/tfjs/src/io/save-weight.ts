import { decode, measureError, unpackTensor, type PackedTensor } from '@lowbit/core';
import { sizeOf } from '@lowbit/core/adapter';
import { forgottenForm } from './forgotten-form.js';
import {
  expandWeight,
  fitsFloat16,
  inShape,
  packedPlain,
  plainAgain,
  plainTensor,
  plainWeight,
  storePacked,
  type PlainForm,
  type StoredWeight,
  type WeightSpec,
  storedForm,
} from '@lowbit/tfjs-format';

/** One weight in the file. */
export interface SavedWeight {
  readonly name: string;
  /** `packed 4-bit`, `uint8`, `float16`, `float32` … */
  readonly form: string;
  readonly bytes: number;
  readonly floatBytes: number;
  /** Signal to noise ratio against the model's own weight in decibels; `null` where nothing is lost. */
  readonly sqnrDb: number | null;
  /** Why a weight is not stored as was wanted, or what that did to it. */
  readonly note?: string;
}

/** How weights are to be stored. */
export interface WantedStorage {
  readonly format: 'packed' | 'plain';
  /** The format that the model was quantized for. */
  readonly planned: 'packed' | 'plain';
  /** What becomes of a quantized weight in a plain file; `undefined`: its own grid where TensorFlow.js knows it, else `uint8`. */
  readonly plain: PlainForm | undefined;
  readonly rest: 'float32' | 'float16';
}

/** What is known of a weight besides its values. */
export interface KnownStorage {
  /** The form that it was quantized to. */
  readonly packed: PackedTensor | undefined;
  /** How the file that the model comes from stores it, or how it was planned to be stored. */
  readonly spec: WeightSpec | undefined;
  /** Whether the model's metadata tell that lowbit made the values that it has; absent for none. */
  readonly isMade?: () => boolean;
}

/** A weight as a file stores it, and what that costs. */
export interface WeightToSave {
  readonly stored: StoredWeight;
  readonly saved: SavedWeight;
}

/** What is told of a weight whose levels were rounded to other ones. */
export const roundedAgain = 'rounded a second time, from its own grids to one for the whole tensor';

/** What is told of a weight whose small form is not known any more. */
export const formForgotten =
  'stored as floats: the form that it was quantized for is not known after TensorFlow.js has loaded it';

/** Stores a weight, which is given as its values: in the small form that it has already where that is exact, else as is wanted. */
export function saveWeight(weight: StoredWeight, known: KnownStorage, wanted: WantedStorage): WeightToSave {
  if (weight.spec.dtype !== 'float32') return asStored(weight, null);
  const values = expandWeight(weight, weight.spec.name);
  return known.packed === undefined
    ? saveRest(weight.spec, values, known, wanted)
    : saveQuantized(weight.spec, values, known.packed, wanted);
}

/** Stores a weight that is not quantized, or not packed: in the form in which it was read where that is no larger. */
function saveRest(
  spec: WeightSpec,
  values: Float32Array,
  { spec: known, isMade }: KnownStorage,
  wanted: WantedStorage,
): WeightToSave {
  const isForgotten = known === undefined && wanted.plain !== 'float32' && isMade?.() === true;
  const again = isForgotten
    ? forgottenForm(spec, values)
    : known && plainAgain({ ...known, name: spec.name, shape: spec.shape }, values);
  const isLarger = isForgotten && again === undefined && wanted.planned === 'plain';
  const floats = saveFloats(spec, values, wanted.rest, isLarger ? formForgotten : undefined);
  return again !== undefined && again.bytes.length <= floats.stored.bytes.length
    ? saveAsItIs(again, wanted)
    : floats;
}

/** Stores a weight that has a small form already: in that, or packed where it was made for a plain file and is smaller so. */
export function saveAsItIs(weight: StoredWeight, { format, planned }: WantedStorage): WeightToSave {
  const packed = format === 'packed' && planned === 'plain' ? packedPlain(weight) : undefined;
  return asStored(packed ?? weight, null);
}

function saveQuantized(
  spec: WeightSpec,
  values: Float32Array,
  packed: PackedTensor,
  { format, plain, rest }: WantedStorage,
): WeightToSave {
  const tensor = unpackTensor(packed);
  const levels = decode(tensor);
  if (levels.some((level, i) => level !== values[i]))
    return { ...saveFloats(spec, values, rest, 'changed since it was quantized') };
  if (format === 'packed') return asStored(inShape(storePacked(spec.name, packed), spec.shape), null);
  const onGrid = plainTensor(spec.name, tensor, plain === 'uint16' ? plain : 'uint8');
  const even = onGrid && inShape(onGrid, spec.shape);
  if (even !== undefined && (plain ?? storedForm(even.spec)) === storedForm(even.spec))
    return asStored(even, lossOf(values, even));
  if (plain === 'float16' || plain === 'float32') return saveFloats(spec, values, plain);
  const rounded = plainWeight(spec.name, spec.shape, values, plain ?? 'uint8');
  return asStored(rounded, lossOf(values, rounded), roundedAgain);
}

function saveFloats(
  { name, shape }: WeightSpec,
  values: Float32Array,
  form: 'float32' | 'float16',
  note?: string,
): WeightToSave {
  const holds = form === 'float32' || fitsFloat16(values);
  const stored = plainWeight(name, shape, values, holds ? form : 'float32');
  const notes = [note, holds ? undefined : 'float16 does not hold its values'];
  const told = notes.filter((part) => part !== undefined).join('; ');
  return asStored(stored, lossOf(values, stored), told === '' ? undefined : told);
}

function lossOf(values: Float32Array, stored: StoredWeight): number | null {
  return measureError(values, expandWeight(stored, stored.spec.name)).sqnrDb;
}

/** The weight as it is stored. */
export function asStored(stored: StoredWeight, sqnrDb: number | null, note?: string): WeightToSave {
  const { name, shape, dtype } = stored.spec;
  const bytes = stored.bytes.length;
  const floatBytes = dtype === 'float32' ? Float32Array.BYTES_PER_ELEMENT * sizeOf(shape) : bytes;
  const told = note === undefined ? {} : { note };
  return { stored, saved: { name, form: storedForm(stored.spec), bytes, floatBytes, sqnrDb, ...told } };
}
