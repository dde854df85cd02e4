/** A layer that is timed: a convolution of 3 × 3 with the padding `same` on one picture, or a product of rows. */
export type Work =
  | { readonly kind: 'conv'; readonly name: string; readonly size: number; readonly channels: number }
  | { readonly kind: 'product'; readonly name: string; readonly rows: number; readonly size: number };

/** What is multiplied: float inputs, and weights from −1 to 1, output channels last. */
export interface WorkValues {
  readonly inputs: Float32Array;
  readonly weights: Float32Array;
}

/** One who computes a layer, from floats to floats. */
export interface Contender {
  readonly name: string;
  run(): unknown;
  /** What it gives, row-major, channels last. */
  outputs(): Float32Array | Promise<Float32Array>;
  dispose(): unknown;
}

const conv = (size: number, channels: number): Work => ({
  kind: 'conv',
  name: `conv 3×3, ${size}×${size}×${channels}`,
  ...{ size, channels },
});
const product = (rows: number, size: number): Work => ({
  kind: 'product',
  name: `product ${rows}×${size}×${size}`,
  ...{ rows, size },
});

/** Four convolutions of ResNet, of 115.6 million products each, square products, and rows. */
export const works: readonly Work[] = [
  ...[conv(56, 64), conv(28, 128), conv(14, 256), conv(7, 512)],
  ...[product(256, 256), product(512, 512), product(1024, 1024)],
  ...[product(1, 1024), product(1, 4096)],
];

/** Multiplications of a layer. */
export function productsOf(work: Work): number {
  if (work.kind === 'conv') return work.size ** 2 * work.channels ** 2 * 9;
  return work.rows * work.size ** 2;
}

/** The step of outputs of 8 bits which reach five times as far as these spread, inputs and weights being even between −1 and 1. */
export function outputScale(work: Work): number {
  const inputs = work.kind === 'conv' ? 9 * work.channels : work.size;
  return (5 * Math.sqrt(inputs)) / 3 / 127;
}

export function valuesOf(work: Work): WorkValues {
  const [inputs, weights] =
    work.kind === 'conv'
      ? [work.size ** 2 * work.channels, 9 * work.channels ** 2]
      : [work.rows * work.size, work.size ** 2];
  return { inputs: spread(inputs, 1), weights: spread(weights, 2) };
}

/** Numbers from −1 to 1, the same each time. */
export function spread(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 23 - 1;
  });
}
