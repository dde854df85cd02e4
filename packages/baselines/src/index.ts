export { absmax } from './absmax.js';
export { fixedPoint } from './fixed-point.js';
export { minMax, type MinMaxOptions } from './min-max.js';
