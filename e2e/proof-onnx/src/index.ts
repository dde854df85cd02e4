export { turned, upright } from './float16/line-inputs.js';
export { longWindows } from './float16/long-windows.js';
export { writeNpz } from './peers/npz.js';
export { calibrationLines, calibrationPages } from '@lowbit/e2e-real-models';
