export { auto, type AutoOptions } from './auto.js';
export { coordinateDescent, type CoordinateDescentOptions } from './coordinate-descent.js';
export { gptq, type GptqOptions } from './gptq.js';
export { learned, type LearnedOptions } from './learned.js';
export { optimal, type OptimalOptions } from './optimal.js';
