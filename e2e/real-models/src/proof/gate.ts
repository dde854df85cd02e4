/** A figure that must not be missed. */
export interface Gate {
  /** What was measured, and of what. */
  readonly name: string;
  readonly value: number;
  /** The least value that passes; absent where only a largest one is set. */
  readonly least?: number;
  /** The largest value that passes. */
  readonly most?: number;
  /** What is aimed at, where that is more. */
  readonly goal?: number;
  readonly passed: boolean;
}

/** A gate that passes from `least` on; NaN never passes. */
export function gate(name: string, value: number, least: number, goal?: number): Gate {
  return { name, value, least, ...(goal === undefined ? {} : { goal }), passed: value >= least };
}

/** A gate that passes up to `most`; NaN never passes. */
export function gateAtMost(name: string, value: number, most: number): Gate {
  return { name, value, most, passed: value <= most };
}
