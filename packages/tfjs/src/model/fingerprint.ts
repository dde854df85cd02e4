/**
 * A fingerprint of values, 8 hexadecimal digits; a zero has no sign. It tells values that were changed from those that were not, and
 * is no protection from anyone.
 *
 * MurmurHash3 of 32 bits with seed 0 over the bits of float32, little-endian: Austin Appleby, 2011, public domain.
 */
export function fingerprint(values: Float32Array): string {
  const one = new Float32Array(1);
  const bits = new Int32Array(one.buffer);
  let hash = 0;
  for (let i = 0; i < values.length; i++) {
    one[0] = (values[i] as number) + 0;
    const block = Math.imul(bits[0] as number, 0xcc9e2d51);
    hash ^= Math.imul((block << 15) | (block >>> 17), 0x1b873593);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash ^= 4 * values.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0');
}
