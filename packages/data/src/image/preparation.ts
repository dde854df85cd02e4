import { invalidArgument } from '../problems.js';
import {
  isFixed,
  listed,
  type CalibrationInput,
  type ReadOptions,
  type ImageOptions,
} from '../input/options.js';
import { checkInputs, checkReading } from '../input/check-options.js';
import { inferLayout } from './layout.js';
import { unitScale } from './pixel-scale.js';

/** How pictures become values of one input, with nothing left open. */
export interface ImagePreparation {
  readonly input: CalibrationInput;
  readonly height: number;
  readonly width: number;
  readonly layout: 'nchw' | 'nhwc';
  /** 1: grey. 3: in the order `order`. */
  readonly channels: 1 | 3;
  readonly order: 'rgb' | 'bgr';
  readonly resize: NonNullable<ImageOptions['resize']>;
  readonly scale: number;
  /** One value a channel. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

const floatTypes = ['float32', 'float16', 'float64'];
/** Integers that hold 0 to 255. */
const byteTypes = ['uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'];
const imageTypes = [...floatTypes, ...byteTypes];

/** Whether pixels go into an input of this type as they are, 0 to 255. */
export const takesPixels = (type: string): boolean => byteTypes.includes(type);

/**
 * Completes the options from the shape of the input.
 *
 * @param given - the input that they are for; default: the only input of the model
 * @throws LowbitError `invalid-argument` when something is missing or contradicts the input.
 */
export function imagePreparation(
  reading: Pick<ReadOptions, 'inputs' | 'image'>,
  given?: CalibrationInput,
): ImagePreparation {
  checkReading(reading);
  const { inputs, image = {} } = reading;
  const input = given ?? onlyInput(inputs);
  checkInputs([input], 'pictures: input');
  const { size, channels: order = 'rgb', resize = 'stretch', ...options } = image;
  if (!imageTypes.includes(input.type)) {
    throw invalidArgument(`input ${input.name}`, {
      expected: `one of the types ${imageTypes.join(', ')} for pictures`,
      received: input.type,
      remedy: 'Give its values as .npy or .npz files.',
    });
  }
  const { layout, channels } = inferLayout(input, options.layout);
  const [heightAxis, widthAxis] = layout === 'nchw' ? [2, 3] : [1, 2];
  const height = sideOf('height', input.shape[heightAxis as number], size?.[0], input);
  const width = sideOf('width', input.shape[widthAxis as number], size?.[1], input);
  const isBytes = takesPixels(input.type);
  if (!isBytes && options.scale === undefined) checkPixelScale(options);
  const mean = perChannel('mean', listed(options.mean ?? 0), channels);
  const deviation = perChannel('deviation', listed(options.deviation ?? 1), channels);
  const isPlain = options.mean === undefined && options.deviation === undefined;
  const keepsPixels = isBytes || (input.scaledBy !== undefined && isPlain);
  const scale = options.scale ?? (keepsPixels ? 1 : 1 / 255);
  checkNumbers({ scale, mean, deviation }, isBytes);
  return { input, height, width, layout, channels, order, resize, scale, mean, deviation };
}

function onlyInput(inputs: readonly CalibrationInput[]): CalibrationInput {
  const [input] = inputs;
  if (input !== undefined && inputs.length === 1) return input;
  throw invalidArgument('pictures', {
    expected: 'the name of the input that they are for',
    received: `a model with the inputs ${inputs.map(({ name }) => name).join(', ')}`,
    remedy: 'Write NAME=FOLDER, and give the other inputs too.',
  });
}

function sideOf(
  name: string,
  axis: number | string | undefined,
  given: number | undefined,
  input: CalibrationInput,
): number {
  const side = given ?? axis;
  const agrees = given === undefined || !isFixed(axis) || axis === given;
  if (isFixed(side) && Number.isInteger(side) && side <= 65535 && agrees) return side;
  throw invalidArgument(`${name} of pictures`, {
    expected: isFixed(axis) ? `${axis}, as the input ${input.name} has it` : 'a size from 1 to 65535',
    received: given === undefined ? `an open size (${axis}) in the model` : `${given}`,
    remedy: isFixed(axis) ? 'Leave image.size out.' : 'Give image.size, height and width in pixels.',
  });
}

function perChannel(name: string, values: readonly number[], channels: number): readonly number[] {
  if (values.length === channels) return values;
  if (values.length === 1) return new Array<number>(channels).fill(values[0] as number);
  throw invalidArgument(name, { expected: `1 or ${channels} numbers`, received: `${values.length}` });
}

function checkPixelScale(image: ImageOptions): void {
  const meant = unitScale(image);
  if (meant === undefined) return;
  const { wrong, mean, deviation } = meant;
  const members = Object.entries({ mean, deviation }).flatMap(([name, values]) =>
    values === undefined ? [] : [`${name}: [${values.join(', ')}]`],
  );
  throw invalidArgument(`image.${wrong}`, {
    expected: 'numbers for pixels of 0 to 1',
    received: `${listed(image[wrong] ?? []).join(', ')}, which is for pixels of 0 to 255`,
    remedy: `Write ${members.join(', ')}; or give scale: 1, which leaves pixels at 0 to 255.`,
  });
}

function checkNumbers(
  { scale, mean, deviation }: Pick<ImagePreparation, 'scale' | 'mean' | 'deviation'>,
  isBytes: boolean,
): void {
  const numbers = [scale, ...mean, ...deviation];
  if (!numbers.every(Number.isFinite) || scale === 0 || deviation.includes(0)) {
    throw invalidArgument('scale, mean and deviation', {
      expected: 'finite numbers, scale and deviation not 0',
      received: numbers.join(', '),
    });
  }
  const plain = scale === 1 && mean.every((value) => value === 0) && deviation.every((value) => value === 1);
  if (isBytes && !plain) {
    throw invalidArgument('scale, mean and deviation', {
      expected: 'none of them, because the input takes pixels of 0 to 255',
      received: numbers.join(', '),
    });
  }
}
