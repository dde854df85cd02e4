import type * as core from '@tensorflow/tfjs-core';

type Apply = (shape: readonly number[], dtype?: core.DataType) => core.Tensor;

/**
 * Lets the orthogonal initializer, that of recurrent layers, give zeros. Models that are read from files get their weights
 * from there, so their first values do not matter; TensorFlow.js needs minutes for large ones, prints a warning, and fails
 * outright when only its core is installed.
 */
export function skipOrthogonal({ serialization, zeros }: typeof core): void {
  const [Orthogonal] = serialization.SerializationMap.getMap().classNameMap['Orthogonal'] ?? [];
  if (Orthogonal === undefined) return;
  const prototype = (Orthogonal as unknown as { prototype: { apply: Apply } }).prototype;
  prototype.apply = (shape, dtype) => zeros([...shape], dtype);
}
