import type { Batch } from '@lowbit/core';
import type { ModelValue } from './model-value.js';

/** What a model takes and gives, and what it is called in errors: its file, for instance. */
export interface NamedInterface {
  readonly name: string;
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
}

/** One output of one run. */
export interface OutputValues {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
}

/** A model that is loaded, in any runtime. */
export interface RunnableModel extends NamedInterface {
  /** Runs it; values go by the names of inputs and outputs. @throws LowbitError `runtime-failed`. */
  run(inputs: Batch['inputs']): Promise<Readonly<Record<string, OutputValues>>>;
  /** Frees it. */
  close(): Promise<void> | void;
}
