import { checkOptionNames } from '@lowbit/core';

import { givenWords, invalidArgument } from '../problems.js';
import type { ImageOptions, ReadOptions } from './options.js';

const readOptions = ['inputs', 'image', 'limit', 'batchSize', 'onNote', 'signal'];
const imageOptions = ['size', 'layout', 'mean', 'deviation', 'scale', 'channels', 'resize'];
const choices = {
  layout: ['nchw', 'nhwc'],
  channels: ['rgb', 'bgr'],
  resize: ['stretch', 'fit-pad', 'crop'],
} as const;

/**
 * Checks the names of options, and what types alone do not where a program is plain JavaScript.
 *
 * @param more - the names of options besides those of every source
 * @throws LowbitError `unsupported-option` for a name that is not known, `invalid-argument`.
 */
export function checkReadOptions(options: ReadOptions, more: readonly string[] = []): void {
  checkOptionNames(options, [...readOptions, ...more], 'readBatches');
  checkInputs(options.inputs);
  if (options.image !== undefined) checkImageOptions(options.image);
}

/** @throws LowbitError as {@link checkReadOptions}. */
export function checkImageOptions(image: ImageOptions): void {
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
  for (const name of ['size', 'mean', 'deviation'] as const) {
    const value: unknown = image[name];
    if (value === undefined || (Array.isArray(value) && value.every((one) => typeof one === 'number')))
      continue;
    throw invalidArgument(`image.${name}`, { expected: 'a list of numbers', received: givenWords(value) });
  }
}

function checkInputs(inputs: unknown): void {
  const expected = 'a list of inputs, each with name, type and shape';
  if (!Array.isArray(inputs)) throw invalidArgument('inputs', { expected, received: givenWords(inputs) });
  for (const input of inputs as readonly unknown[]) {
    const { name, type, shape } = (input ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof name === 'string' && typeof type === 'string' && Array.isArray(shape)) continue;
    throw invalidArgument('inputs', { expected, received: givenWords(input) });
  }
}
