import {
  absmax,
  binaryConnect,
  bnn,
  bwn,
  dorefa,
  dynamic,
  fixedPoint,
  inq,
  inqSchedule,
  minMax,
  movingAverage,
  mse,
  nf4,
  percentile,
  ternary,
  twn,
  xnor,
} from '@lowbit/baselines';
import { registry as registryOf, type Registry } from '@lowbit/core';
import { horq } from '@lowbit/horq';
import { hwgq } from '@lowbit/hwgq';
import { emlq, mlq, mlqSchedule } from '@lowbit/mlq';
import { progressive, progressiveSchedule } from '@lowbit/progressive';
import { eslq, slq, slqSchedule } from '@lowbit/slq';
import { auto, coordinateDescent, gptq, learned, optimal } from '@lowbit/rounding';
import { ul2q } from '@lowbit/ul2q';

/**
 * Every method of lowbit by kind and name. `min-max` is the default wherever none is named. Options follow a colon:
 * `'ul2q:lambda=paper'`. Plugins of different kinds may have the same name.
 *
 * Policies whose factories take names, lists or measurements that a bare name cannot carry are not in it: make them with
 * `everywhere`, `ends`, `byOp`, `byName`, `cascade`, `lossBudget` or `stagewise`.
 */
export const registry: Registry = registryOf([
  ...[slq(), eslq(), mlq(), emlq(), hwgq(), ul2q(), horq()],
  ...[minMax(), absmax(), fixedPoint(), percentile(), mse(), movingAverage(), dynamic()],
  ...[binaryConnect(), bnn(), bwn(), xnor(), twn(), ternary(), dorefa(), inq(), nf4()],
  progressive(),
  ...[slqSchedule(), mlqSchedule(), inqSchedule(), progressiveSchedule()],
  ...[auto(), gptq(), coordinateDescent(), optimal(), learned()],
]);
