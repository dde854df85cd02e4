export { absmax } from './absmax.js';
export { dynamic } from './dynamic.js';
export { fixedPoint } from './fixed-point.js';
export type { GridKind } from './grid-option.js';
export { minMax, type MinMaxOptions } from './min-max.js';
export { movingAverage } from './moving-average.js';
export { mse, type MseOptions } from './mse.js';
export { percentile, type PercentileOptions } from './percentile.js';
