/** The indices of the values in ascending order of value; equal values keep their order. −0 stands below 0. */
export function ascendingOrder(values: Float32Array): Uint32Array {
  const keys = sortableBits(values);
  const identity = Uint32Array.from(values, (_, i) => i);
  return sortByDigit(sortByDigit(identity, keys, 0), keys, 16);
}

/** The bits of each float32, changed so that unsigned integers ascend as the floats do. */
function sortableBits(values: Float32Array): Uint32Array {
  const bits = new Uint32Array(values.slice().buffer);
  return bits.map((pattern) => (pattern >>> 31 === 1 ? ~pattern : pattern | 0x80000000));
}

/** One stable pass of a radix sort by the 16 bits of the keys above `shift`. */
function sortByDigit(order: Uint32Array, keys: Uint32Array, shift: number): Uint32Array {
  const ends = new Uint32Array(65537);
  for (const key of keys) ends[((key >>> shift) & 0xffff) + 1]! += 1;
  for (let digit = 1; digit < ends.length; digit++) ends[digit]! += ends[digit - 1] as number;
  const sorted = new Uint32Array(order.length);
  for (const index of order) {
    const digit = ((keys[index] as number) >>> shift) & 0xffff;
    sorted[ends[digit]!++] = index;
  }
  return sorted;
}
