import type { CalibrationInput, ImageOptions } from '@lowbit/data';
import type { DiskOptions } from '@lowbit/data/node';
import { Option } from 'commander';

import { choiceParser, collectAll, parseCount, quoted } from './option-values.js';
import { usageError } from './usage-error.js';
import { defined } from '@lowbit/core/adapter';

/** The options that say which data a model is run on and how pictures are prepared, as parsed. */
export interface CalibrationOptions {
  readonly calibrate?: readonly string[];
  readonly labels?: string;
  readonly limit?: number;
  readonly imageSize?: readonly [height: number, width: number];
  readonly imageMean?: readonly number[];
  readonly imageDeviation?: readonly number[];
  readonly imageLayout?: 'nchw' | 'nhwc';
  readonly imageChannels?: 'rgb' | 'bgr';
  readonly imageResize?: 'stretch' | 'fit-pad' | 'crop';
}

/** The image options by the names that commander gives them. */
export const imageOptionNames = [
  'imageSize',
  'imageMean',
  'imageDeviation',
  'imageLayout',
  'imageChannels',
  'imageResize',
] as const satisfies readonly (keyof CalibrationOptions)[];

/** `--calibrate`, for a command that runs a model on data. */
export function calibrateOption(): Option {
  return new Option(
    '--calibrate <path...>',
    'folders, files or patterns (quoted) of data: pictures, .npy, .npz, .jsonl; NAME=PATH for one of several inputs',
  ).argParser(collectAll);
}

/** The image options, each for the pictures among the data. */
export function imageOptions(): readonly Option[] {
  return [
    new Option(
      '--image-size <HxW>',
      'height and width of pictures, where the model leaves them open',
    ).argParser(parseSize),
    new Option(
      '--image-mean <a,b,c>',
      'subtracted from pixels of 0 to 1: one number, or one a channel',
    ).argParser(numbersParser('--image-mean', () => true, 'numbers')),
    new Option('--image-deviation <a,b,c>', 'then divides them: one number, or one a channel').argParser(
      numbersParser('--image-deviation', (value) => value !== 0, 'numbers that are not 0'),
    ),
    new Option(
      '--image-layout <layout>',
      'nchw or nhwc (default: as the shape of the input tells)',
    ).argParser(choiceParser('--image-layout', ['nchw', 'nhwc'])),
    new Option('--image-channels <order>', 'rgb or bgr (default: rgb)').argParser(
      choiceParser('--image-channels', ['rgb', 'bgr']),
    ),
    new Option('--image-resize <way>', 'stretch, fit-pad or crop (default: stretch)').argParser(
      choiceParser('--image-resize', ['stretch', 'fit-pad', 'crop']),
    ),
  ];
}

/** `--labels` and `--limit`. */
export function sampleOptions(): readonly Option[] {
  return [
    new Option(
      '--labels <file>',
      'right classes or numbers: one a line, name,label lines, npy or npz; or a folder of class folders',
    ),
    new Option('--limit <number>', 'most samples to read').argParser(parseCount('--limit', 1)),
  ];
}

/** What is read for a model with these inputs. */
export function calibrationSpec(
  options: CalibrationOptions,
  inputs: readonly CalibrationInput[],
): DiskOptions {
  const { labels, limit } = options;
  const image = {
    ...defined({
      size: options.imageSize,
      mean: options.imageMean,
      deviation: options.imageDeviation,
      layout: options.imageLayout,
    }),
    ...defined({ channels: options.imageChannels, resize: options.imageResize }),
  } satisfies ImageOptions;
  return { inputs, image, ...(labels !== undefined && { labels }), ...(limit !== undefined && { limit }) };
}

function parseSize(value: string): readonly [number, number] {
  const [, height, width] = /^(\d{1,5})[x×](\d{1,5})$/i.exec(value) ?? [];
  if (Number(height) > 0 && Number(width) > 0) return [Number(height), Number(width)];
  throw usageError({
    where: '--image-size',
    expected: 'height and width in pixels, for instance 224x224',
    received: quoted(value),
  });
}

function numbersParser(
  where: string,
  accepts: (value: number) => boolean,
  words: string,
): (value: string) => readonly number[] {
  return (value) => {
    const parts = value.split(',').map((part) => part.trim());
    const numbers = parts.map(Number);
    const isRight = parts.every((part, i) => {
      const number = numbers[i] as number;
      return part !== '' && Number.isFinite(number) && accepts(number);
    });
    if (isRight && (numbers.length === 1 || numbers.length === 3)) return numbers;
    throw usageError({ where, expected: `1 or 3 ${words}, with commas between`, received: quoted(value) });
  };
}
