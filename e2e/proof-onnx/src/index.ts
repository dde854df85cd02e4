export { calibrationLines } from './integers/calibration-lines.js';
export { calibrationPages } from './integers/calibration-pages.js';
