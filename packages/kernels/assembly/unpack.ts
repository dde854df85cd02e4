// Panels of weights: for each four inputs ("quad") 8 output channels, four values each. A panel of 8 bits has 32 bytes a quad; one of
// 4 bits has 16, the first four channels in the low halves, each the number of a level.

/**
 * To 16 bits: first the whole panel of four channels, then that of the other four. 32 bytes a quad each.
 *
 * @param levels Those of weights of 4 bits, 16 bytes; 0 for weights of 8.
 */
export function unpackPairs(panel: usize, to: usize, quads: i32, levels: usize): void {
  const values = levels ? v128.load(levels) : i8x16.splat(0);
  let second = to + ((<usize>quads) << 5);
  for (let quad = 0; quad < quads; quad++) {
    let low: v128;
    let high: v128;
    if (levels) {
      const packed = v128.load(panel);
      low = lowValues(packed, values);
      high = highValues(packed, values);
      panel += 16;
    } else {
      low = v128.load(panel);
      high = v128.load(panel, 16);
      panel += 32;
    }
    v128.store(to, i16x8.extend_low_i8x16_s(low));
    v128.store(to, i16x8.extend_high_i8x16_s(low), 16);
    v128.store(second, i16x8.extend_low_i8x16_s(high));
    v128.store(second, i16x8.extend_high_i8x16_s(high), 16);
    to += 32;
    second += 32;
  }
}

/** A panel of 4 bits as one of 8. */
export function unpackBytes(panel: usize, to: usize, quads: i32, levels: usize): void {
  const values = v128.load(levels);
  for (let quad = 0; quad < quads; quad++) {
    const packed = v128.load(panel);
    v128.store(to, lowValues(packed, values));
    v128.store(to, highValues(packed, values), 16);
    panel += 16;
    to += 32;
  }
}

/** The values of the first four channels of a quad of 4 bits. */
export function lowValues(packed: v128, levels: v128): v128 {
  return choose(levels, v128.and(packed, i8x16.splat(15)));
}

/** The values of the other four. */
export function highValues(packed: v128, levels: v128): v128 {
  return choose(levels, v128.and(i16x8.shr_u(packed, 4), i8x16.splat(15)));
}

function choose(levels: v128, numbers: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i8x16.relaxed_swizzle(levels, numbers);
  return i8x16.swizzle(levels, numbers);
}
