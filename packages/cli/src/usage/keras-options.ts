import { Option } from 'commander';

import { choiceParser } from './option-values.js';

/** The forms that models of Keras are written in. */
const kerasTargets = ['tfjs', 'onnx'] as const;
export type KerasTarget = (typeof kerasTargets)[number];

/** The options that say what a model of Keras is read from and written as, as parsed. */
export interface KerasOptions {
  readonly topology?: string;
  readonly to?: KerasTarget;
}

/** Declares them. */
export function kerasOptions(): readonly Option[] {
  return [
    topologyOption(),
    new Option(
      '--to <form>',
      'tfjs: a folder for load() of @lowbit/tfjs, or for TensorFlow.js; onnx: an ONNX file (default: tfjs)',
    ).argParser(choiceParser('--to', kerasTargets)),
  ];
}

/** Declares what weights alone need. */
export function topologyOption(): Option {
  return new Option(
    '--topology <file>',
    'what model.to_json() wrote, or a config.json, for a file of weights of Keras',
  );
}
