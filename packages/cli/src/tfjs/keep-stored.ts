import { expandWeight, isPacked, plainWeight, type StoredWeight } from '@lowbit/keras';

/**
 * The weights of a result, with those that nothing changed as the original stores them where that is smaller: uint8, uint16
 * or float16 instead of the floats that these stand for. Exact.
 */
export function keepStored(
  weights: readonly StoredWeight[],
  originals: readonly StoredWeight[],
): readonly StoredWeight[] {
  const byName = new Map(originals.map((weight) => [weight.spec.name, weight]));
  return weights.map((weight) => {
    const original = byName.get(weight.spec.name);
    return original !== undefined && isSmallerForm(original, weight) ? original : weight;
  });
}

function isSmallerForm(original: StoredWeight, weight: StoredWeight): boolean {
  const { name, shape, quantization, dtype } = weight.spec;
  const form = quantization?.dtype ?? 'float32';
  const isPlain = !isPacked(original.spec) && original.spec.quantization !== undefined;
  if (!isPlain || dtype !== 'float32' || (form !== 'float32' && form !== 'float16')) return false;
  if (String(shape) !== String(original.spec.shape) || original.bytes.length > weight.bytes.length)
    return false;
  const again = plainWeight(name, shape, expandWeight(original, name), form);
  return Buffer.compare(again.bytes, weight.bytes) === 0;
}
