import { sliceParameters } from '../scheme/scheme.js';
import type { SliceRanges } from '../scheme/slice-ranges.js';
import type { ParameterStorage, QuantizedTensor, Scheme } from '../scheme/types.js';

/** A sentence when parameters are not stored as was asked for, since that cannot hold them; otherwise `undefined`. */
export function storageWarning(
  { scheme, parameterStorage }: QuantizedTensor,
  asked: ParameterStorage,
): string | undefined {
  const name = nameOf(asked);
  if (nameOf(parameterStorage) === name) return undefined;
  const [smallest, largest] = sizesOf(scheme);
  return (
    `parameters are stored as ${nameOf(parameterStorage)}: ${name} cannot hold all of them closely ` +
    `(sizes from ${smallest.toPrecision(2)} to ${largest.toPrecision(2)})`
  );
}

const nameOf = (storage: ParameterStorage): string =>
  typeof storage === 'string' ? storage : `${storage.kind} (${storage.bits} bits)`;

/** The smallest size of a parameter that is not 0, and the largest. */
function sizesOf(scheme: Scheme): readonly [number, number] {
  const lists = scheme.kind === 'affine' ? [scheme.scale, scheme.offset ?? []] : [numbersOf(scheme)];
  let [smallest, largest] = [Infinity, 0];
  for (const list of lists) {
    for (const number of list) {
      const size = Math.abs(number);
      if (size > largest) largest = size;
      if (size > 0 && size < smallest) smallest = size;
    }
  }
  return [smallest, largest];
}

const numbersOf = (scheme: Exclude<Scheme, { kind: 'affine' }>): Float32Array =>
  scheme.kind === 'residual' ? scheme.scales : (scheme.scale ?? scheme.values);

/** A sentence when slices hold values other than 0 and none of their levels is another than 0; otherwise `undefined`. */
export function vanishedWarning(scheme: Scheme, { min, max }: SliceRanges): string | undefined {
  const isZero = zeroTest(scheme);
  let vanished = 0;
  let largest = 0;
  for (let s = 0; s < min.length; s++) {
    const reach = Math.max(-(min[s] as number), max[s] as number);
    if (!(reach > 0) || !isZero(s)) continue;
    vanished++;
    largest = Math.max(largest, reach);
  }
  if (vanished === 0) return undefined;
  const slices = vanished === 1 ? '1 slice becomes' : `${vanished} slices become`;
  return `${slices} zeros: float32 has no step for values of at most ${largest.toPrecision(2)}`;
}

/** Whether all levels of a slice are 0. */
function zeroTest(scheme: Scheme): (slice: number) => boolean {
  if (scheme.kind === 'affine') {
    const { scale, offset } = scheme;
    return (slice) => scale[slice] === 0 && (offset?.[slice] ?? 0) === 0;
  }
  return (slice) => {
    const parameters = sliceParameters(scheme, slice);
    if (parameters.kind === 'affine') return false;
    if (parameters.kind === 'residual') return parameters.scales.every((scale) => scale === 0);
    return parameters.scale === 0 || parameters.values.every((value) => value === 0);
  };
}
