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
