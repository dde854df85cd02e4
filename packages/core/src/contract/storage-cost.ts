import type { SchemeOutline } from '../scheme/outline.js';
import type { QuantizedEntry } from './plan.js';

/** What is decided of a weight whose cost is asked, and what kind of parameters it will have. */
export interface CostEntry extends Pick<QuantizedEntry, 'bits' | 'granularity' | 'parameterStorage'> {
  readonly scheme: SchemeOutline;
}

/** What one weight takes. */
export interface StorageCost {
  /** Bytes in the file: codes, parameters and container. */
  readonly storedBytes: number;
  /** Of them those of codes and parameters (scales, zero points, codebooks), without names and nodes. Absent: all. */
  readonly valueBytes?: number;
  /** Bytes in memory at run time on the target. */
  readonly memoryBytes: number;
  /** Those of the stored bytes that all weights with the same key have in common: they are stored once, see `totalCost`. */
  readonly shared?: Readonly<Record<string, number>>;
  /** The weight would certainly be left as it is, since what it would become gains nothing: both sizes are those that it has now. */
  readonly float?: true;
}
