export { describeData } from './describe-data.js';
export { describeImagePreparation } from './image/describe.js';
export { npyBytes, writeNpy, type NpyData } from './npy/write-npy.js';
export { readCalibration } from './read-calibration.js';
export type { CalibrationInput, CalibrationSpec, ImageOptions } from './spec.js';
