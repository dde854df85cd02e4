import { LowbitError } from '../errors/error.js';
import { encodeSlice } from './nearest.js';
import { roundParameters } from './parameters.js';
import { collectScheme, levelsOf, sliceParameters } from './scheme.js';
import { checkShape } from './shape.js';
import { sliceLayout } from './slicing.js';
import type { ParameterStorage, QuantizedTensor, SliceParameters, Slicing } from './types.js';

export interface EncodeSettings {
  readonly bits: number;
  readonly parameterStorage?: ParameterStorage;
  /** Chooses the parameters of a slice from its values; `slice` is its number. */
  readonly fit: (values: Float32Array, slice: number) => SliceParameters;
  /** Name of the tensor, for errors. */
  readonly where?: string;
}

/**
 * Quantizes a tensor: fits every slice, rounds the parameters to their storage, and codes each value to the
 * nearest level. An empty tensor has empty codes and scale 0. Throws `non-finite` (with the index of the
 * first NaN or infinity), `invalid-argument` for a shape or slicing that does not fit, `plugin-failed` when
 * `fit` returns parameters that are not finite or need more bits.
 */
export function encode(
  values: Float32Array,
  shape: readonly number[],
  slicing: Slicing,
  settings: EncodeSettings,
): QuantizedTensor {
  const { bits, fit, parameterStorage = 'float32', where = 'tensor' } = settings;
  checkShape(shape, values.length, where);
  checkFinite(values, where);
  const layout = sliceLayout(shape, slicing);
  const ordered = layout.toSliceMajor(values);
  const fitted: SliceParameters[] = [];
  for (let s = 0; s < layout.count; s++) {
    const slice = ordered.subarray(layout.start(s), layout.end(s));
    fitted.push(slice.length === 0 ? emptySlice : checkParameters(fit(slice, s), bits, where));
  }
  const scheme = roundParameters(collectScheme(fitted, where), parameterStorage, where);
  const codes = bits <= 8 ? new Uint8Array(values.length) : new Uint16Array(values.length);
  for (let s = 0; s < layout.count; s++) {
    encodeSlice(sliceParameters(scheme, s), ordered, layout.start(s), layout.end(s), codes);
  }
  return { shape: [...shape], slicing, bits, codes: layout.fromSliceMajor(codes), scheme, parameterStorage };
}

const emptySlice: SliceParameters = { kind: 'affine', levels: 1, scale: 0, offset: 0 };

/** Throws `non-finite` with the index of the first NaN or infinity. */
export function checkFinite(values: Float32Array, where: string): void {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) * 0;
  // 0 · x is 0 for every finite x and NaN for all others: one cheap pass where nothing is wrong.
  if (sum === 0) return;
  const index = values.findIndex((value) => !Number.isFinite(value));
  throw new LowbitError({
    code: 'non-finite',
    where: `${where}[${index}]`,
    expected: 'finite numbers',
    received: String(values[index]),
    remedy: 'The model holds a broken weight; export it again, or exclude this weight.',
  });
}

function checkParameters(parameters: SliceParameters, bits: number, where: string): SliceParameters {
  const finite = numbersOf(parameters).every((list) => list.every(Number.isFinite));
  const scheme = collectScheme([parameters], where);
  if (finite && levelsOf(scheme) <= 2 ** bits) return parameters;
  throw new LowbitError({
    code: 'plugin-failed',
    where,
    expected: `finite parameters with at most ${2 ** bits} levels`,
    received: finite ? `${levelsOf(scheme)} levels` : 'a parameter that is NaN or infinite',
    remedy: "Report this to the quantizer's author.",
  });
}

function numbersOf(parameters: SliceParameters): readonly (readonly number[] | Float32Array)[] {
  if (parameters.kind === 'affine')
    return [[Math.fround(parameters.scale), Math.fround(parameters.offset ?? 0)]];
  if (parameters.kind === 'residual') return [parameters.scales];
  return [parameters.values, parameters.thresholds ?? []];
}
