/** An input or output of a model. */
export interface ModelValue {
  readonly name: string;
  /** Element type in lower case: `float32`, `int64`, `bool` … */
  readonly type: string;
  /** Sizes, names of symbolic ones, `null` for unknown ones; `null` when the number of axes is unknown. */
  readonly shape: readonly (number | string | null)[] | null;
}

/** A value in words: `x: float32 [batch, 3, ?, ?]`. */
export function wordedValue({ name, type, shape }: ModelValue): string {
  const axes = shape === null ? 'of unknown rank' : `[${shape.map((size) => size ?? '?').join(', ')}]`;
  return `${name}: ${type} ${axes}`;
}
