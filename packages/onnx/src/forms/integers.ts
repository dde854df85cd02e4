import { DataType } from '../schema/proto.js';
import type { Fragment } from './fragment.js';

/** A shape or a bound, as operators want it; returns its name. */
export function integers(to: Fragment, values: readonly number[]): string {
  return to.small(DataType.INT64, [values.length], values);
}
