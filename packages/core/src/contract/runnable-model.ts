import type { Batch } from './model-run.js';

/** An input or output of a model. */
export interface ModelValue {
  readonly name: string;
  /** Element type in lower case: `float32`, `int64`, `bool` … */
  readonly type: string;
  /** Sizes, names of symbolic ones, `null` for unknown ones; `null` when the number of axes is unknown. */
  readonly shape: readonly (number | string | null)[] | null;
  /** Of an input that is made for pixels of 0 to 255: the layer or node of the model that brings them into its own range. */
  readonly scaledBy?: string;
}

/** What a model takes and gives, in its order. */
export interface ModelInterface {
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
}

/** What a model takes and gives, and what it is called in errors: its file, for instance. */
export interface NamedInterface extends ModelInterface {
  readonly name: string;
}

/** One output of one run. */
export interface OutputValues {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: ArrayLike<number> | ArrayLike<bigint> | ArrayLike<string>;
}

/** A model that is loaded, in any runtime. */
export interface RunnableModel extends NamedInterface {
  /** Outputs that the runtime does not give in any form; they are not among `outputs`. */
  readonly unread?: readonly ModelValue[];
  /** Runs it; values go by the names of inputs and outputs. @throws LowbitError `runtime-failed`. */
  run(inputs: Batch['inputs']): Promise<Readonly<Record<string, OutputValues>>>;
  /** Frees it. */
  close(): Promise<void> | void;
}
