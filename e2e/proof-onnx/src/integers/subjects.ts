import type { Batch } from '@lowbit/core';
import {
  calibrationLines,
  calibrationPages,
  detectorTask,
  recognizerTask,
  type RealModelTask,
} from '@lowbit/e2e-real-models';
import type { IntegerRecipe } from './quantize-integers.js';

/** A real convolutional network, what it is calibrated with, and what is done with its other weights. */
export interface IntegerSubject {
  readonly name: string;
  readonly task: RealModelTask<Uint8Array>;
  readonly calibration: () => Batch[];
  readonly rest: IntegerRecipe['rest'];
}

export const integerSubjects: readonly IntegerSubject[] = [
  {
    name: 'detector',
    task: detectorTask() as RealModelTask<Uint8Array>,
    calibration: calibrationPages,
    rest: '8 bits',
  },
  {
    name: 'recognizer',
    task: recognizerTask() as RealModelTask<Uint8Array>,
    calibration: calibrationLines,
    rest: 'float',
  },
];
