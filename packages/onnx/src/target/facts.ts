/**
 * Which versions the forms need, in one place. The runtime is onnxruntime-web ≥ 1.24 on WebAssembly; every entry
 * was measured there with 1.24, 1.26 and 1.30.
 */
import { DataType } from '../schema/proto.js';
import type { Target } from './target.js';

/** The domain of the runtime's own operators, and the version of it that the forms use. */
export const runtimeDomain = { name: 'com.microsoft', version: 1 } as const;

/** The oldest operator set with numpy broadcasting, which every form needs. */
export const oldestOpset = 7;

/** From here on a constant may be an initializer without an entry in the graph's inputs. */
export const initializersStandAlone = 4;

/** From here on the bounds of `Slice` are inputs instead of attributes. */
export const sliceTakesInputs = 10;

interface Since {
  readonly opset: number;
  readonly ir: number;
}

/** Types of packed codes, by width: since when a standard operator (`Cast`, `DequantizeLinear`) takes them. */
const packedTypes: ReadonlyMap<number, Since & { readonly type: DataType }> = new Map([
  [2, { type: DataType.UINT2, opset: 25, ir: 13 }],
  [4, { type: DataType.UINT4, opset: 21, ir: 10 }],
]);

/** The type that holds codes of exactly this width, where `Cast` can unpack it. */
export function castableType(bits: number, target: Target): DataType | undefined {
  if (bits === 8) return DataType.UINT8;
  if (bits > 8) return DataType.UINT16;
  const packed = packedTypes.get(bits);
  return packed !== undefined && has(target, packed) ? packed.type : undefined;
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
  /** Since when the standard operator takes the type, by spread. */
  readonly standard: Readonly<Record<Spread, Since>>;
  /** Whether the runtime's own operator takes it, at any opset; it has no blocks. */
  readonly own: boolean;
}

const everySpread = (since: Since) => ({ tensor: since, axis: since, block: since });

/** Narrowest first. */
const dequantizeFacts: readonly DequantizeFact[] = [
  { type: DataType.UINT2, bits: 2, standard: everySpread({ opset: 25, ir: 13 }), own: false },
  { type: DataType.UINT4, bits: 4, standard: everySpread({ opset: 21, ir: 10 }), own: true },
  {
    type: DataType.UINT8,
    bits: 8,
    standard: { tensor: { opset: 10, ir: 3 }, axis: { opset: 13, ir: 3 }, block: { opset: 21, ir: 3 } },
    own: true,
  },
  { type: DataType.UINT16, bits: 16, standard: everySpread({ opset: 21, ir: 3 }), own: true },
];

/** The operator and type that keep codes of `bits` bits packed at run time, if there is one. */
export function dequantizeOperator(
  bits: number,
  spread: Spread,
  target: Target,
): DequantizeOperator | undefined {
  for (const fact of dequantizeFacts) {
    if (fact.bits < bits) continue;
    if (has(target, fact.standard[spread])) return { domain: undefined, type: fact.type, bits: fact.bits };
    if (fact.own && spread !== 'block')
      return { domain: runtimeDomain.name, type: fact.type, bits: fact.bits };
  }
  return undefined;
}

/**
 * What `com.microsoft.MatMulNBits` computes rightly: blocks of 16 … 256, a power of two; 2, 4 or 8 bits; rows that
 * are not a multiple of the block at 4 bits only; zero points given as packed integers.
 */
export function matMulNBitsFits(bits: number, block: number, rows: number): boolean {
  const blockFits = block >= 16 && block <= 256 && Number.isInteger(Math.log2(block));
  return blockFits && [2, 4, 8].includes(bits) && (rows % block === 0 || bits === 4);
}

/**
 * The width in which `com.microsoft.GatherBlockQuantized` holds these codes, if it computes them rightly: blocks that
 * are a power of two of at least 16 and divide the row; 4 bits as UINT4, 8 bits as UINT8.
 */
export function gatherBlockQuantizedBits(
  bits: number,
  block: number,
  row: number,
  target: Target,
): 2 | 4 | 8 | undefined {
  const blockFits = block >= 16 && Number.isInteger(Math.log2(block)) && row % block === 0;
  if (!blockFits || bits > 8) return undefined;
  return bits <= 4 ? 4 : 8;
}

function has(target: Target, since: Since): boolean {
  return target.opset >= since.opset && target.ir >= since.ir;
}
