export { elementsOf, type Elements, type Numbers } from './elements.js';
export { describeImagePreparation } from './image/describe.js';
export type { Pixels } from './image/pixels.js';
export { prepareImage } from './image/prepare.js';
export { imagePreparation, type ImagePreparation } from './image/preparation.js';
export { limits } from './limits.js';
export { npyBytes, type NpyData } from './npy/npy-bytes.js';
export { isFixed, type CalibrationInput, type CalibrationSpec, type ImageOptions } from './spec.js';
