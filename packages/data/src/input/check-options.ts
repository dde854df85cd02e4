import {
  checkOptionNames,
  checkOptions,
  optionTypes,
  type OptionType,
  type OptionTypes,
} from '@lowbit/core/adapter';
import { LowbitError } from '@lowbit/core';
import { givenWords, invalidArgument } from '../problems.js';
import type { CalibrationInput, ImageOptions, ReadOptions } from './options.js';

const readOptions: OptionTypes<ReadOptions> = {
  inputs: optionTypes.any,
  image: optionTypes.any,
  limit: optionTypes.any,
  batchSize: optionTypes.any,
  onNote: optionTypes.callback,
  signal: optionTypes.signal,
};
const imageOptions = ['size', 'layout', 'mean', 'deviation', 'scale', 'channels', 'resize'];
const isNumbers = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === 'number');
/** One number for all channels, or one a channel. */
export const channelNumbers: OptionType = {
  expected: 'a number, or a list of numbers',
  fits: (value) => typeof value === 'number' || isNumbers(value),
};
const imageNumbers: Readonly<Record<'size' | 'mean' | 'deviation', OptionType>> = {
  size: { expected: 'a list of numbers', fits: isNumbers },
  mean: channelNumbers,
  deviation: channelNumbers,
};
/** What other libraries call the deviation. */
const deviations = ['std', 'stdDev', 'stddev', 'standardDeviation'];
const choices = {
  layout: ['nchw', 'nhwc'],
  channels: ['rgb', 'bgr'],
  resize: ['stretch', 'fit-pad', 'crop'],
} as const;

/**
 * Checks the names of options, and what types alone do not where a program is plain JavaScript.
 *
 * @param more - the options besides those of every source
 * @throws LowbitError `unsupported-option` for a name that is not known, `invalid-argument`.
 */
export function checkReadOptions(
  options: ReadOptions,
  more: Readonly<Record<string, OptionType>> = {},
): void {
  checkOptions(options, { ...readOptions, ...more }, 'readBatches');
  checkInputs(options.inputs);
  if (options.image !== undefined) checkImageOptions(options.image);
}

/** Checks what pictures are read for, and how. @throws LowbitError as {@link checkReadOptions}. */
export function checkReading(reading: unknown): asserts reading is Pick<ReadOptions, 'inputs' | 'image'> {
  const { inputs, image } = Object(reading) as Partial<ReadOptions>;
  checkInputs(inputs, 'pictures: inputs');
  if (image !== undefined) checkImageOptions(image);
}

function checkImageOptions(image: ImageOptions): void {
  checkDeviationName(image);
  checkOptionNames(image, imageOptions, 'image');
  for (const name of ['layout', 'channels', 'resize'] as const) {
    const value: unknown = image[name];
    const known: readonly unknown[] = choices[name];
    if (value === undefined || known.includes(value)) continue;
    throw invalidArgument(`image.${name}`, {
      expected: `one of ${known.join(', ')}`,
      received: String(value),
    });
  }
  for (const [name, type] of Object.entries(imageNumbers)) {
    const value: unknown = image[name as keyof typeof imageNumbers];
    if (value === undefined || type.fits(value)) continue;
    const { expected } = type;
    throw invalidArgument(`image.${name}`, { expected, received: givenWords(value) });
  }
}

/** Throws `unsupported-option` for the deviation under another library's name. */
function checkDeviationName(image: object): void {
  const name = deviations.find((one) => one in Object(image));
  if (name === undefined) return;
  throw new LowbitError({
    code: 'unsupported-option',
    where: `image: option '${name}'`,
    expected: `one of the options ${imageOptions.join(', ')}`,
    received: name,
    remedy: 'Write deviation.',
  });
}

/**
 * Checks a list of inputs: a name, a type and a shape each.
 *
 * @throws LowbitError `invalid-argument` at `where`.
 */
export function checkInputs(
  inputs: unknown,
  where = 'inputs',
): asserts inputs is readonly CalibrationInput[] {
  const expected = 'a list of inputs, each with name, type and shape';
  if (!Array.isArray(inputs)) throw invalidArgument(where, { expected, received: givenWords(inputs) });
  for (const input of inputs as readonly unknown[]) {
    if (isInput(input) && Array.isArray(input.shape)) continue;
    throw invalidArgument(where, { expected, received: givenWords(input) });
  }
}

/** Whether a value has the name and the type of an input. */
export function isInput(
  value: unknown,
): value is Readonly<Record<'name' | 'type', string> & { shape: unknown }> {
  const { name, type } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof name === 'string' && typeof type === 'string';
}
