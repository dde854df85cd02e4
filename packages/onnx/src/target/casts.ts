import { DataType } from '../schema/proto.js';
import { defaultRuntime, type Target } from './target.js';
import { fourBitsSince } from './versions.js';

/** Types of packed codes, by width: the operator set since which the standard `Cast` takes them. */
const packedTypes: ReadonlyMap<number, { readonly type: DataType; readonly opset: number }> = new Map([
  [2, { type: DataType.UINT2, opset: 25 }],
  [4, { type: DataType.UINT4, opset: fourBitsSince }],
]);

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
