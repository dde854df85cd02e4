import { checkArgument } from '@lowbit/core/adapter';
import { checkReading } from '../input/check-options.js';
import type { ReadOptions } from '../input/options.js';
import { imagePreparation, type ImagePreparation } from './preparation.js';

const resizing: Readonly<Record<ImagePreparation['resize'], string>> = {
  stretch: 'stretched',
  'fit-pad': 'fitted and centred on black',
  crop: 'scaled and cropped in the centre',
};

/**
 * States, in one sentence, what was done to pictures.
 *
 * @param inputName - default: the only input of the model
 * @throws LowbitError `invalid-argument` when there is no such input, or the preparation cannot be inferred.
 */
export function describeImagePreparation(
  reading: Pick<ReadOptions, 'inputs' | 'image'>,
  inputName?: string,
): string {
  checkReading(reading);
  const { inputs } = reading;
  const input = inputs.find(({ name }) => name === inputName);
  checkArgument(inputName === undefined || input !== undefined, inputName, {
    where: 'pictures: the name of the input',
    expected: `one of ${inputs.map(({ name }) => name).join(', ')}`,
  });
  const { height, width, resize, ...rest } = imagePreparation(reading, input);
  return (
    `Pictures are ${resizing[resize]} to ${height}×${width} (height×width) by bilinear interpolation with ` +
    `half-pixel centres and no filter before, taken as ${colors(rest)}, ${numbers(rest)}, and laid out as ` +
    `${rest.layout.toUpperCase()} of ${rest.input.type} for the input ${rest.input.name}; transparency and ` +
    `EXIF orientation are ignored.`
  );
}

function colors({ channels, order }: Pick<ImagePreparation, 'channels' | 'order'>): string {
  return channels === 1 ? 'grey (ITU-R BT.601)' : order.toUpperCase();
}

function numbers({
  input,
  scale,
  mean,
  deviation,
}: Omit<ImagePreparation, 'height' | 'width' | 'resize'>): string {
  const isPlain = scale === 1 && mean.every((one) => one === 0) && deviation.every((one) => one === 1);
  if (isPlain && input.scaledBy !== undefined)
    return `with pixels as they are, 0 to 255, since ${input.scaledBy} in the model scales them`;
  const inverse = 1 / scale;
  const rounded = Math.round(inverse);
  const isFraction = rounded > 1 && Math.abs(inverse - rounded) < 1e-9 * inverse;
  const factor = isFraction ? `1/${rounded}` : `${scale}`;
  return (
    `with pixels from 0 to 255 multiplied by ${factor}, less the mean [${mean.join(', ')}], divided by the ` +
    `deviation [${deviation.join(', ')}]`
  );
}
