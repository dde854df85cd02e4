import type { InputValues } from './row-reader.js';

/** A batch before labels are put to it. */
export interface SampleBatch {
  readonly inputs: Readonly<Record<string, InputValues>>;
  /** Samples in it. */
  readonly samples: number;
  /** Number of its first sample, counted from 0 over all that is read. */
  readonly first: number;
  /** Labels that stood beside the data, one a sample. */
  readonly labels?: readonly number[];
}
