import { DataType } from '../schema/proto.js';
import { holds, type Runtimes, runsOn } from './runs.js';
import { defaultRuntime, type Target } from './target.js';
import { runtimeDomain } from './versions.js';

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
