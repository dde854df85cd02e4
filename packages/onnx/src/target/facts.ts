/**
 * Which versions of the file and of the runtime the forms need, in one place. Every entry was measured with
 * onnxruntime-web 1.20, 1.22, 1.24, 1.26 and 1.30 on WebAssembly, and 1.24, 1.26 and 1.30 on WebGPU.
 */
import { DataType } from '../schema/proto.js';
import { defaultRuntime, type Target } from './target.js';

/** The domain of the runtime's own operators, and the version of it that the forms use. */
export const runtimeDomain = { name: 'com.microsoft', version: 1 } as const;

/** The oldest operator set with numpy broadcasting, which every form needs. */
export const oldestOpset = 7;

/** From here on a constant may be an initializer without an entry in the graph's inputs. */
export const initializersStandAlone = 4;

/** From here on a `Constant` node may hold integers; before, floats alone. */
export const constantsOfAnyType = 9;

/** Since when a `Constant` node may hold types that came later than other integers. */
const laterConstants: ReadonlyMap<number, number> = new Map([
  [DataType.UINT4, 21],
  [DataType.INT4, 21],
  [DataType.UINT2, 25],
  [DataType.INT2, 25],
]);

/** Whether the standard lets a `Constant` node hold this type; an initializer may hold any. */
export const constantHolds = (type: number, opset: number): boolean =>
  type === DataType.FLOAT ||
  type === DataType.FLOAT16 ||
  opset >= (laterConstants.get(type) ?? constantsOfAnyType);

/** From here on the bounds of `Slice` are inputs instead of attributes. */
export const sliceTakesInputs = 10;

/** The first minor versions of onnxruntime-web that do something rightly; absent: none does. */
interface Runtimes {
  readonly wasm: number;
  /** On the GPU itself: what falls back to the CPU would copy the weight on every run. */
  readonly webgpu?: number;
}

/** The operator set that 4-bit types came with. */
const fourBitsSince = 21;

/** Types of packed codes, by width: the operator set since which the standard `Cast` takes them. */
const packedTypes: ReadonlyMap<number, { readonly type: DataType; readonly opset: number }> = new Map([
  [2, { type: DataType.UINT2, opset: 25 }],
  [4, { type: DataType.UINT4, opset: fourBitsSince }],
]);

/** The IR versions that types came with. Every runtime that takes one in an operator loads files of that version. */
const newTypes: ReadonlyMap<DataType, number> = new Map([
  [DataType.UINT4, 10],
  [DataType.INT4, 10],
  [DataType.UINT2, 13],
  [DataType.INT2, 13],
]);

/** The lowest IR version that knows a type; 0 for those that all know. */
export const irOfType = (type: DataType): number => newTypes.get(type) ?? 0;

/** Whether the runtime loads `Cast` from UINT16: WebGPU bundles refuse to (measured with 1.30). */
export const castsUint16 = ({ runtime = defaultRuntime }: Target): boolean => runtime.provider === 'wasm';

/** `Cast` from packed types: from 1.24 on; WebGPU bundles refuse to load it from 1.26 on. */
const castsPacked = { since: 24, notOnWebgpuSince: 26 };

/** The type that holds codes of exactly this width, where `Cast` can unpack it. */
export function castableType(bits: number, target: Target): DataType | undefined {
  if (bits === 8) return DataType.UINT8;
  if (bits > 8) return castsUint16(target) ? DataType.UINT16 : undefined;
  const { minor, provider } = target.runtime ?? defaultRuntime;
  const loads = minor >= castsPacked.since && (provider === 'wasm' || minor < castsPacked.notOnWebgpuSince);
  const packed = packedTypes.get(bits);
  return loads && packed !== undefined && target.opset >= packed.opset ? packed.type : undefined;
}

/** How parameters are spread in `DequantizeLinear`: one, one for each index of an axis, one for each block. */
export type Spread = 'tensor' | 'axis' | 'block';

export interface DequantizeOperator {
  /** `undefined`: the standard operator. */
  readonly domain: string | undefined;
  readonly type: DataType;
  /** Width of a stored code: the wanted one or the next wider that the operator takes. */
  readonly bits: number;
}

interface DequantizeFact {
  readonly type: DataType;
  readonly bits: number;
  /** The operator set since which the standard operator takes the type, by spread. */
  readonly standard: Readonly<Record<Spread, number>>;
  readonly runs: Readonly<Record<Spread, Runtimes>>;
  /** Whether the runtime's own operator takes it, at any opset; it has no blocks and runs on the CPU alone. */
  readonly own: boolean;
  /**
   * Whether operators such as `Reshape` may follow: the runtime computes them on the codes first, and 1.30 fails to load
   * models where those have 2 bits.
   */
  readonly moves: boolean;
}

const everySpread = <T>(value: T): Readonly<Record<Spread, T>> => ({
  tensor: value,
  axis: value,
  block: value,
});

/** Narrowest first. */
const dequantizeFacts: readonly DequantizeFact[] = [
  {
    type: DataType.UINT2,
    bits: 2,
    standard: everySpread(25),
    runs: everySpread({ wasm: 24 }),
    own: false,
    moves: false,
  },
  {
    type: DataType.UINT4,
    bits: 4,
    standard: everySpread(21),
    runs: everySpread({ wasm: 20, webgpu: 26 }),
    own: true,
    moves: true,
  },
  {
    type: DataType.UINT8,
    bits: 8,
    standard: { tensor: 10, axis: 13, block: 21 },
    runs: { ...everySpread({ wasm: 20, webgpu: 24 }), block: { wasm: 20, webgpu: 26 } },
    own: true,
    moves: true,
  },
  {
    type: DataType.UINT16,
    bits: 16,
    standard: everySpread(21),
    runs: everySpread({ wasm: 20 }),
    own: true,
    moves: true,
  },
];

/** The operator set since which the standard `DequantizeLinear` decodes blocks. */
export const blocksSince = 21;

/** The newest operator set of which WebGPU runs the standard `DequantizeLinear` itself. */
const newestOnGpu = 23;

/**
 * The operator and type that keep codes of `bits` bits packed at run time, if there is one.
 *
 * @param isMoved Whether anything but operators that compute with the weight may take its result; asked where it matters.
 */
export function dequantizeOperator(
  bits: number,
  spread: Spread,
  target: Target,
  isMoved: () => boolean = () => false,
): DequantizeOperator | undefined {
  const { provider } = target.runtime ?? defaultRuntime;
  const onGpu = provider === 'webgpu';
  for (const fact of dequantizeFacts) {
    if (fact.bits < bits) continue;
    const standard = target.opset >= fact.standard[spread] && !(onGpu && target.opset > newestOnGpu);
    if (standard && runsOn(target, fact.runs[spread]) && (fact.moves || !isMoved()))
      return { domain: undefined, type: fact.type, bits: fact.bits };
    if (fact.own && spread !== 'block' && !onGpu && holds(target, fact))
      return { domain: runtimeDomain.name, type: fact.type, bits: fact.bits };
  }
  return undefined;
}

/** The signed types of `DequantizeLinear`, which run wherever the unsigned ones of their width do. */
export const signedTypes: Readonly<Record<number, DataType>> = {
  2: DataType.INT2,
  4: DataType.INT4,
  8: DataType.INT8,
  16: DataType.INT16,
};

/** The first runtime that moves operators such as `Reshape` in front of `DequantizeLinear` without zero points rightly. */
const movesWithoutZeroPoints = 30;

/**
 * Whether `DequantizeLinear` may leave zero points out that are all 0.
 *
 * @param isMoved Whether anything but operators that compute with the weight may take its result.
 */
export const leavesZeroPointsOut = ({ runtime = defaultRuntime }: Target, isMoved: () => boolean): boolean =>
  runtime.minor >= movesWithoutZeroPoints || !isMoved();

/** The types of scales and results that packed operators have. */
export type PackedFloat = typeof DataType.FLOAT | typeof DataType.FLOAT16;

/** Whether packed operators may have scales and results of a type. */
export const isPackedFloat = (type: number): type is PackedFloat =>
  type === DataType.FLOAT || type === DataType.FLOAT16;

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

/**
 * Whether the place of the constants can hold codes of this width: functions have none but `Constant` nodes, which
 * runtimes refuse there when the operator set does not know their type.
 */
const holds = (target: Target, { bits }: { readonly bits: number }): boolean =>
  target.inFunction !== true || bits !== 4 || target.opset >= fourBitsSince;

function runsOn({ runtime = defaultRuntime }: Target, runs: Runtimes): boolean {
  const since = runs[runtime.provider];
  return since !== undefined && runtime.minor >= since;
}
