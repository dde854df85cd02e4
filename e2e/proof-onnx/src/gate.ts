/** A figure that must not be missed. */
export interface Gate {
  /** What was measured, and of what. */
  readonly name: string;
  readonly value: number;
  /** The least value that passes. */
  readonly least: number;
  /** What is aimed at, where that is more. */
  readonly goal?: number;
  readonly passed: boolean;
}

/** A gate that passes from `least` on; NaN never passes. */
export function gate(name: string, value: number, least: number, goal?: number): Gate {
  return { name, value, least, ...(goal === undefined ? {} : { goal }), passed: value >= least };
}
