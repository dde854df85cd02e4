export { turned, upright } from './float16/line-inputs.js';
export { longWindows } from './float16/long-windows.js';
export { calibrationLines } from './integers/calibration-lines.js';
export { calibrationPages } from './integers/calibration-pages.js';
