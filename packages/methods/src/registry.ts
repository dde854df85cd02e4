import { absmax, dynamic, fixedPoint, minMax, movingAverage, mse, percentile } from '@lowbit/baselines';
import { registry as registryOf, type Registry } from '@lowbit/core';
import { ul2q } from '@lowbit/ul2q';

/**
 * Every method of lowbit by name. `min-max` is the default wherever none is named. Options follow a colon:
 * `'ul2q:lambda=paper'`.
 *
 * Bit policies are not in it: their factories take numbers, names or measurements that a bare name cannot
 * carry. Make them with `everywhere`, `ends`, `byOp`, `byName`, `cascade` or `lossBudget`.
 */
export const registry: Registry = registryOf([
  minMax(),
  absmax(),
  fixedPoint(),
  percentile(),
  mse(),
  movingAverage(),
  dynamic(),
  ul2q(),
]);
