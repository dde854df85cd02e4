import { imageOptionNames } from './calibration-options.js';

/** Names of options of `lowbit quantize` that other commands and their jobs share with it. */
export const sharedNames = {
  /** What a model is run on. */
  data: ['calibrate', 'labels', 'limit', ...imageOptionNames, 'runtime'],
  /** What is quantized, and by whose methods. */
  parts: ['include', 'exclude', 'includeOp', 'excludeOp', 'plugin'],
  /** Which form results have. */
  form: ['optimize', 'target', 'external', 'freezeInputs', 'format', 'plain', 'rest', 'topology', 'to'],
} as const;
