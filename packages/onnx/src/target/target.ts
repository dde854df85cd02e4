/** What the rewritten file must be valid for: versions that are never raised. */
export interface Target {
  /** Version of the standard operators. */
  readonly opset: number;
  /** IR version of the file. */
  readonly ir: number;
}

/** `speed`: what the runtime turns into floats once, at load. `memory`: what stays packed and is decoded on each run. */
export type Optimize = 'speed' | 'memory';
