import { Option } from 'commander';

import { choiceParser } from './option-values.js';

/** The options that say how a TensorFlow.js model is saved, as parsed. */
export interface TfjsOptions {
  readonly format?: 'packed' | 'plain';
  readonly plain?: 'uint8' | 'uint16' | 'float16' | 'float32';
  readonly rest?: 'float32' | 'float16';
}

/** Declares them. */
export function tfjsOptions(): readonly Option[] {
  return [
    new Option(
      '--format <format>',
      'packed: 1 to 16 bits a weight, to be loaded with load() of @lowbit/tfjs; plain: what TensorFlow.js loads itself, planned ' +
        'so that saving loses nothing (default: packed)',
    ).argParser(choiceParser('--format', ['packed', 'plain'])),
    new Option(
      '--plain <type>',
      'how plain holds quantized weights: uint8 or uint16, one even grid a tensor; float16 or float32, any values ' +
        '(default: the smaller of uint8 and uint16 that holds the bits)',
    ).argParser(choiceParser('--plain', ['uint8', 'uint16', 'float16', 'float32'])),
    new Option(
      '--rest <type>',
      'how weights that are not quantized are held: float32 or float16 (default: float32)',
    ).argParser(choiceParser('--rest', ['float32', 'float16'])),
  ];
}
