// Products of a matrix of inputs with one that is expanded row by row (AssemblyScript; `npm run build:kernels` compiles it). The caller
// fills the arrays below with some rows of both; what is summed stays between calls. All are float32 and row-major.

/** Values of the inputs: a row for each row of the weights, of `count` columns, a multiple of 4. */
export const inputCapacity: i32 = 65536;

/** Sums: a row for each column of the inputs, as long as one of the weights, in whole eights. */
export const sumCapacity: i32 = 65536;

/** Values of the weights; there is room for the eight behind the last one, which are read. */
export const weightCapacity: i32 = 32768;

// Where the arrays lie in memory, in bytes.
export const inputs: usize = 0;
export const sums: usize = 262144;
export const weights: usize = 524288;

/**
 * Adds the product of `rows` rows of inputs, transposed, with as many rows of `width` weights to the sums, four rows and eight columns of
 * them at a time. Each sum takes its addends one after the other, each rounded. What lies behind the weights of a row is added where
 * the sums are filled up to whole eights.
 */
export function multiply(rows: i32, width: i32, count: i32): void {
  const sumBytes: usize = 4 * <usize>((width + 7) & ~7);
  const weightBytes: usize = 4 * <usize>width;
  const inputBytes: usize = 4 * <usize>count;
  for (let column: usize = 0; column < sumBytes; column += 32) {
    for (let four: usize = 0; four < inputBytes; four += 16) {
      let input = inputs + four;
      let weight = weights + column;
      const sum = sums + (four >> 2) * sumBytes + column;
      const sum1 = sum + sumBytes;
      const sum2 = sum1 + sumBytes;
      const sum3 = sum2 + sumBytes;
      let s00 = v128.load(sum);
      let s01 = v128.load(sum, 16);
      let s10 = v128.load(sum1);
      let s11 = v128.load(sum1, 16);
      let s20 = v128.load(sum2);
      let s21 = v128.load(sum2, 16);
      let s30 = v128.load(sum3);
      let s31 = v128.load(sum3, 16);
      for (let row = 0; row < rows; row++) {
        const left = v128.load(weight);
        const right = v128.load(weight, 16);
        const i0 = v128.load32_splat(input);
        s00 = f32x4.add(s00, f32x4.mul(i0, left));
        s01 = f32x4.add(s01, f32x4.mul(i0, right));
        const i1 = v128.load32_splat(input, 4);
        s10 = f32x4.add(s10, f32x4.mul(i1, left));
        s11 = f32x4.add(s11, f32x4.mul(i1, right));
        const i2 = v128.load32_splat(input, 8);
        s20 = f32x4.add(s20, f32x4.mul(i2, left));
        s21 = f32x4.add(s21, f32x4.mul(i2, right));
        const i3 = v128.load32_splat(input, 12);
        s30 = f32x4.add(s30, f32x4.mul(i3, left));
        s31 = f32x4.add(s31, f32x4.mul(i3, right));
        weight += weightBytes;
        input += inputBytes;
      }
      v128.store(sum, s00);
      v128.store(sum, s01, 16);
      v128.store(sum1, s10);
      v128.store(sum1, s11, 16);
      v128.store(sum2, s20);
      v128.store(sum2, s21, 16);
      v128.store(sum3, s30);
      v128.store(sum3, s31, 16);
    }
  }
}
