import { DataType } from '../schema/proto.js';
import { holds, type PackedFloat, type Runtimes, runsOn } from './runs.js';
import type { Target } from './target.js';

/**
 * Widths of `com.microsoft.MatMulNBits`, since when it takes packed zero points where that came later, and since when
 * it computes in float16. Measured on WebAssembly. On WebGPU the same kernels compute both types: they are registered for
 * `WebGpuSupportedFloatTypes`, float and MLFloat16 (onnxruntime/contrib_ops/webgpu/quantization/matmul_nbits.cc, in every
 * version of it), and need a GPU with float16, as every operator of such a model does.
 */
const multiplied: ReadonlyMap<
  number,
  Runtimes & { readonly zeroPoints?: Runtimes; readonly half: Runtimes }
> = new Map([
  [2, { wasm: 24, webgpu: 24, zeroPoints: { wasm: 24, webgpu: 26 }, half: { wasm: 30, webgpu: 24 } }],
  [4, { wasm: 20, webgpu: 24, half: { wasm: 20, webgpu: 24 } }],
  [8, { wasm: 24, webgpu: 24, half: { wasm: 24, webgpu: 24 } }],
]);

/**
 * What `com.microsoft.MatMulNBits` computes rightly: blocks of 16 … 256, a power of two; 2, 4 or 8 bits; rows that
 * are not a multiple of the block at 4 bits only; scales of either sign; zero points given as packed integers, or left
 * out where all are 2^(bits − 1).
 *
 * @param type Of the factors, the scales and the result.
 */
export function matMulNBitsFits(
  bits: number,
  block: number,
  rows: number,
  target: Target,
  { zeroPoints = true, type = DataType.FLOAT }: { zeroPoints?: boolean; type?: PackedFloat } = {},
): boolean {
  const blockFits = block >= 16 && block <= 256 && Number.isInteger(Math.log2(block));
  const runs = multiplied.get(bits);
  if (runs === undefined || !blockFits || (rows % block !== 0 && bits !== 4)) return false;
  if (type === DataType.FLOAT16 && !runsOn(target, runs.half)) return false;
  return runsOn(target, (zeroPoints && runs.zeroPoints) || runs);
}

/** Measured on WebAssembly, in float32 and float16; on WebGPU there is none (onnxruntime/contrib_ops/webgpu). */
const decodedWhole: Runtimes = { wasm: 20 };

/** What `com.microsoft.MatMulBnb4` computes rightly: blocks of 16 … 256, a power of two, that divide a column. */
export const matMulBnb4Fits = (block: number, rows: number, target: Target): boolean =>
  block >= 16 &&
  block <= 256 &&
  Number.isInteger(Math.log2(block)) &&
  rows % block === 0 &&
  runsOn(target, decodedWhole);

/**
 * Widths that `com.microsoft.GatherBlockQuantized` holds, narrowest first: 2 and 8 bits as UINT8, 4 bits as UINT4 or INT4. Zero
 * points that are left out are 0 for these, and the middle of the codes for UINT8. Scales of float16 run wherever those of float32 do: measured on WebAssembly; on WebGPU
 * one kernel is registered for both (onnxruntime/contrib_ops/webgpu/quantization/gather_block_quantized.cc).
 */
const gathered: readonly (Runtimes & { readonly bits: 2 | 4 | 8 })[] = [
  { bits: 2, wasm: 30, webgpu: 30 },
  { bits: 4, wasm: 20, webgpu: 24 },
  { bits: 8, wasm: 24, webgpu: 24 },
];

/**
 * The width in which `com.microsoft.GatherBlockQuantized` holds codes of `bits` bits, if it computes them rightly:
 * blocks that are a power of two of at least 16, of which the last may be short; rows that fill whole bytes at 2 bits.
 */
export function gatherBlockQuantizedBits(
  bits: number,
  block: number,
  row: number,
  target: Target,
): 2 | 4 | 8 | undefined {
  if (block < 16 || !Number.isInteger(Math.log2(block))) return undefined;
  const holdsRow = (width: number) => width !== 2 || row % 4 === 0;
  return gathered.find(
    (held) => held.bits >= bits && holdsRow(held.bits) && runsOn(target, held) && holds(target, held),
  )?.bits;
}
