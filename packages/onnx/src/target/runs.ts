import { DataType } from '../schema/proto.js';
import { defaultRuntime, type Target } from './target.js';
import { fourBitsSince } from './versions.js';

/**
 * The first minor versions of onnxruntime-web that do something rightly; absent: none does. Every entry was measured with
 * onnxruntime-web 1.20, 1.22, 1.24, 1.26 and 1.30 on WebAssembly, and 1.24, 1.26 and 1.30 on WebGPU.
 */
export interface Runtimes {
  readonly wasm: number;
  /** On the GPU itself: what falls back to the CPU would copy the weight on every run. */
  readonly webgpu?: number;
}

/**
 * Whether the place of the constants can hold codes of this width: functions have none but `Constant` nodes, which
 * runtimes refuse there when the operator set does not know their type.
 */
export const holds = (target: Target, { bits }: { readonly bits: number }): boolean =>
  target.inFunction !== true || bits !== 4 || target.opset >= fourBitsSince;

/** Whether the runtime of a target does something rightly. */
export function runsOn({ runtime = defaultRuntime }: Target, runs: Runtimes): boolean {
  const since = runs[runtime.provider];
  return since !== undefined && runtime.minor >= since;
}

/** The types of scales and results that packed operators have. */
export type PackedFloat = typeof DataType.FLOAT | typeof DataType.FLOAT16;

/** Whether packed operators may have scales and results of a type. */
export const isPackedFloat = (type: number): type is PackedFloat =>
  type === DataType.FLOAT || type === DataType.FLOAT16;
