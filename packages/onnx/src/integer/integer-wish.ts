import type { Runtime } from '../target/target.js';
import type { IntegerForm } from './cost.js';

/** What integers are written as, and for which runtime. */
export interface IntegerWish {
  readonly form: IntegerForm;
  /** Layers that would not gain where they stand stay in floats, and all where the network would not. */
  readonly onlyFaster: boolean;
  /** Globs on layers, weights or operators that compute in integers although such are known to be no faster so. */
  readonly integersFor?: readonly string[] | undefined;
  readonly runtime?: Runtime | undefined;
}
