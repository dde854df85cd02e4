// Products of panels, which Gram matrices and factors of matrices are made of (AssemblyScript; `npm run build:kernels` compiles it).
// A panel is a matrix of any number of rows and 64 columns, row-major. Where panels lie in memory, the caller says, in bytes.

const columns: i32 = 64;

/** The product AᵀB of two panels of `rows` float32 rows: 64 × 64, row-major, at `product`. Four rows and eight columns of it at a time. */
export function productFloat32(a: usize, b: usize, product: usize, rows: i32): void {
  for (let i: i32 = 0; i < columns; i += 4)
    for (let j: i32 = 0; j < columns; j += 8)
      blockFloat32(a + 4 * i, b + 4 * j, product + 4 * (i * columns + j), rows);
}

function blockFloat32(a: usize, b: usize, to: usize, rows: i32): void {
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  for (let row = 0; row < rows; row++) {
    const left = v128.load(b);
    const right = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    s00 = f32x4.add(s00, f32x4.mul(a0, left));
    s01 = f32x4.add(s01, f32x4.mul(a0, right));
    const a1 = v128.load32_splat(a, 4);
    s10 = f32x4.add(s10, f32x4.mul(a1, left));
    s11 = f32x4.add(s11, f32x4.mul(a1, right));
    const a2 = v128.load32_splat(a, 8);
    s20 = f32x4.add(s20, f32x4.mul(a2, left));
    s21 = f32x4.add(s21, f32x4.mul(a2, right));
    const a3 = v128.load32_splat(a, 12);
    s30 = f32x4.add(s30, f32x4.mul(a3, left));
    s31 = f32x4.add(s31, f32x4.mul(a3, right));
    a += 256;
    b += 256;
  }
  v128.store(to, s00);
  v128.store(to, s01, 16);
  v128.store(to, s10, 256);
  v128.store(to, s11, 272);
  v128.store(to, s20, 512);
  v128.store(to, s21, 528);
  v128.store(to, s30, 768);
  v128.store(to, s31, 784);
}

/** The same of float64 panels. Four rows and four columns of it at a time. */
export function productFloat64(a: usize, b: usize, product: usize, rows: i32): void {
  for (let i: i32 = 0; i < columns; i += 4)
    for (let j: i32 = 0; j < columns; j += 4)
      blockFloat64(a + 8 * i, b + 8 * j, product + 8 * (i * columns + j), rows);
}

function blockFloat64(a: usize, b: usize, to: usize, rows: i32): void {
  let s00 = f64x2.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  for (let row = 0; row < rows; row++) {
    const left = v128.load(b);
    const right = v128.load(b, 16);
    const a0 = v128.load64_splat(a);
    s00 = f64x2.add(s00, f64x2.mul(a0, left));
    s01 = f64x2.add(s01, f64x2.mul(a0, right));
    const a1 = v128.load64_splat(a, 8);
    s10 = f64x2.add(s10, f64x2.mul(a1, left));
    s11 = f64x2.add(s11, f64x2.mul(a1, right));
    const a2 = v128.load64_splat(a, 16);
    s20 = f64x2.add(s20, f64x2.mul(a2, left));
    s21 = f64x2.add(s21, f64x2.mul(a2, right));
    const a3 = v128.load64_splat(a, 24);
    s30 = f64x2.add(s30, f64x2.mul(a3, left));
    s31 = f64x2.add(s31, f64x2.mul(a3, right));
    a += 512;
    b += 512;
  }
  v128.store(to, s00);
  v128.store(to, s01, 16);
  v128.store(to, s10, 512);
  v128.store(to, s11, 528);
  v128.store(to, s20, 1024);
  v128.store(to, s21, 1040);
  v128.store(to, s30, 1536);
  v128.store(to, s31, 1552);
}
