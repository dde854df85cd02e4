/** How an output is cut into scores of classes. */
export interface ScoreRows {
  /** One row is the scores of one sample. */
  readonly rows: number;
  readonly classes: number;
}

/**
 * Reads an output as scores of classes: floats of shape [samples, classes] or [classes], at least two classes.
 * A single axis counts only where the model fixes its size; else it may be the samples.
 *
 * @param declared - the shape that the model gives the output; `null` when it gives none
 */
export function scoreRows(
  type: string,
  shape: readonly number[],
  declared: readonly unknown[] | null,
): ScoreRows | undefined {
  const classes = shape.at(-1) ?? 0;
  if (!type.startsWith('float') || shape.length > 2 || classes < 2) return undefined;
  if (shape.length === 1 && typeof declared?.[0] !== 'number') return undefined;
  return { rows: shape.length === 2 ? (shape[0] as number) : 1, classes };
}
