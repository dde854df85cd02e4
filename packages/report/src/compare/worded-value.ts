import type { ModelValue } from '@lowbit/core/adapter';

/** A value in words: `x: float32 [batch, 3, ?, ?]`. */
export function wordedValue({ name, type, shape }: ModelValue): string {
  const axes = shape === null ? 'of unknown rank' : `[${shape.map((size) => size ?? '?').join(', ')}]`;
  return `${name}: ${type} ${axes}`;
}
