export { describeData } from '../describe-data.js';
export { readCalibration } from '../read-calibration.js';
export { fileError } from './file-error.js';
export { writeNpy } from './write-npy.js';
