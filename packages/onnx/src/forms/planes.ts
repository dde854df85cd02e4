/** Widths of which a byte holds a whole number. */
export type PlaneBits = 1 | 2 | 4 | 8;

/**
 * Packs codes of 1, 2, 4 or 8 bits into bytes plane by plane: with p = 8 / bits planes of m = ceil(n / p) codes,
 * byte j holds the codes j, m + j, 2m + j … from its lowest bits up. Missing codes of the last plane are 0. Unlike
 * neighbour-by-neighbour packing, unpacking needs no interleaving: plane after plane is the original order.
 */
export function packPlanes(codes: ArrayLike<number>, bits: PlaneBits): Uint8Array {
  const length = planeLength(codes.length, bits);
  const bytes = new Uint8Array(length);
  for (let i = 0; i < codes.length; i++) {
    const j = i % length;
    bytes[j] = (bytes[j] as number) | ((codes[i] as number) << (bits * Math.floor(i / length)));
  }
  return bytes;
}

/** Codes in a plane, which is also the number of bytes. */
export function planeLength(count: number, bits: PlaneBits): number {
  return Math.ceil((count * bits) / 8);
}
