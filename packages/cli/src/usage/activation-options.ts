import type { IntegerChoice } from '@lowbit/onnx';
import { Option } from 'commander';

import { runtimeNames, type RuntimeName } from '../runtime/load-runtime.js';
import {
  calibrateOption,
  imageOptions,
  sampleOptions,
  type CalibrationOptions,
} from './calibration-options.js';
import { choiceParser, parseActivationBits } from './option-values.js';

const captureChoices = ['once', 'sequential'] as const;

/** The options that say how activations are quantized, as parsed. */
export interface ActivationOptions extends CalibrationOptions {
  readonly activations?: string;
  readonly activationBits?: number;
  readonly integers?: IntegerChoice | 'none';
  readonly runtime?: RuntimeName;
  readonly calibration?: string;
  readonly saveCalibration?: string;
  /** What rounders see of the inputs of weights. */
  readonly capture?: (typeof captureChoices)[number];
}

const givenForm = choiceParser('--integers', ['operators', 'qdq', 'none', 'faster', 'auto']);

/** `auto` is as good as nothing. */
function parseIntegers(value: string): ActivationOptions['integers'] | undefined {
  const form = givenForm(value);
  return form === 'auto' ? undefined : form;
}

/** Declares them, and those for the data that the model is run on. */
export function activationOptions(): readonly Option[] {
  return [
    new Option(
      '--activations <method>',
      'quantize activations too: dynamic measures ranges on every run, other methods (min-max, percentile, mse …) ' +
        'need data; lowbit methods lists them',
    ),
    new Option(
      '--capture <way>',
      'what --rounding and --correct-biases see: sequential, inputs of each weight once those before are quantized, or once, those of the model as it was (default: sequential, but once for graphs with branches or loops)',
    ).choices(captureChoices),
    new Option('--activation-bits <number>', 'bits of each activation (default: 8)').argParser(
      parseActivationBits,
    ),
    new Option(
      '--integers <form>',
      'how 8-bit layers compute. operators: in integers, with float results; qdq: with 8-bit results too, handed on ' +
        'from layer to layer (in both, layers that are known to be no faster so, depthwise and narrow convolutions and what follows a ' +
        'global pooling, stay in floats unless --include or --include-op names them); none: in floats, for any method, width and provider; faster: operators where layers and the network ' +
        'gain by them in onnxruntime-web, else floats; auto: the default (default: faster; none for other widths and on WebGPU)',
    ).argParser(parseIntegers),
    calibrateOption(),
    new Option(
      '--runtime <package>',
      'what runs an ONNX model on the data: onnxruntime-web, or onnxruntime-node, which is faster ' +
        '(default: onnxruntime-web; neither is installed with lowbit)',
    ).argParser(choiceParser('--runtime', runtimeNames)),
    new Option(
      '--calibration <path>',
      'statistics that --save-calibration wrote, in place of data: of activations (name.json), or a folder with those of the inputs of weights, which means --capture once',
    ).conflicts('calibrate'),
    new Option(
      '--save-calibration <path>',
      'also write the statistics, to be used again: of activations into name.json, or into a folder those of the inputs of weights too, which means --capture once unless sequential is given',
    ),
    ...imageOptions(),
    ...sampleOptions(),
  ];
}
