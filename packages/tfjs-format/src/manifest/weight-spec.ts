import type { PackedHeader } from '@lowbit/core/adapter';

/** Element types of tensors in TensorFlow.js files, with the bytes of one element. */
export const elementBytes = { float32: 4, int32: 4, uint8: 1, bool: 1, complex64: 8 } as const;

export type ElementType = keyof typeof elementBytes | 'string';

/** How TensorFlow.js itself stores floats in fewer bytes: value = scale · number + min, or half precision. */
export type PlainQuantization =
  | { readonly dtype: 'uint8' | 'uint16'; readonly scale: number; readonly min: number }
  | { readonly dtype: 'float16' };

/**
 * The `dtype` of a weight that lowbit packed. It stands where TensorFlow.js looks for `uint8`, `uint16` or `float16`, so that
 * without lowbit loading stops with a message that quotes it.
 */
export const packedDtype = 'lowbit-packed-1, load this model with load() of @lowbit/tfjs';

/** A weight as packed codes followed by its parameters. */
export interface PackedQuantization extends PackedHeader {
  readonly dtype: typeof packedDtype;
  /** Bytes of the codes, and of the parameters after them. */
  readonly bytes: readonly [codes: number, parameters: number];
}

/** One weight in a manifest; its bytes follow those of the weight before it. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: ElementType;
  readonly quantization?: PlainQuantization | PackedQuantization;
}

/** Weights and the files that hold their bytes, one after the other. */
export interface ManifestGroup {
  readonly paths: readonly string[];
  readonly weights: readonly WeightSpec[];
}

export function isPacked(
  spec: WeightSpec,
): spec is WeightSpec & { readonly quantization: PackedQuantization } {
  return spec.quantization?.dtype === packedDtype;
}

/** How a weight is stored: `float32`, `int32`, `uint8`, `float16`, `packed 4-bit` … */
export function storedForm(spec: WeightSpec): string {
  if (isPacked(spec)) return `packed ${spec.quantization.bits}-bit`;
  return spec.quantization?.dtype ?? spec.dtype;
}
