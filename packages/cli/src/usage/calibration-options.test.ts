import { Command } from 'commander';
import { describe, expect, it } from 'vitest';

import {
  calibrateOption,
  calibrationSpec,
  imageOptions,
  sampleOptions,
  type CalibrationOptions,
} from './calibration-options.js';
import { UsageError } from './usage-error.js';

const inputs = [{ name: 'x', type: 'float32', shape: ['batch', 3, 'h', 'w'] }];

function parse(...argv: readonly string[]): CalibrationOptions {
  const command = new Command().exitOverride();
  for (const option of [calibrateOption(), ...imageOptions(), ...sampleOptions()]) command.addOption(option);
  return command.parse([...argv], { from: 'user' }).opts<CalibrationOptions>();
}

describe('the options for data', () => {
  it('become what is read', () => {
    const options = parse(
      ...['--calibrate', 'a', 'b', '--calibrate', 'c', '--limit', '9', '--labels', 'labels.csv'],
      ...['--image-size', '48x192', '--image-mean', '0.5', '--image-deviation', '0.1,0.2,0.3'],
      ...['--image-layout', 'nhwc', '--image-channels', 'bgr', '--image-resize', 'fit-pad'],
    );
    expect(options.calibrate).toEqual(['a', 'b', 'c']);
    expect(calibrationSpec(options, inputs)).toEqual({
      inputs,
      limit: 9,
      labels: 'labels.csv',
      image: {
        size: [48, 192],
        mean: [0.5],
        deviation: [0.1, 0.2, 0.3],
        layout: 'nhwc',
        channels: 'bgr',
        resize: 'fit-pad',
      },
    });
  });

  it('leave everything to the reader when none is given', () => {
    expect(calibrationSpec(parse(), inputs)).toEqual({ inputs, image: {} });
  });

  it.each([
    ['--image-size', '224'],
    ['--image-size', '0x5'],
    ['--image-size', '224x224x3'],
    ['--image-mean', '1,2'],
    ['--image-mean', '1,,3'],
    ['--image-mean', 'NaN'],
    ['--image-deviation', '0'],
    ['--image-deviation', '1,0,1'],
    ['--image-layout', 'nhcw'],
    ['--image-channels', 'rbg'],
    ['--image-resize', 'pad'],
    ['--limit', '0'],
    ['--limit', '1.5'],
  ])('refuse %s %s', (option, value) => {
    expect(() => parse(option, value)).toThrow(UsageError);
    expect(() => parse(option, value)).toThrow(option);
  });
});
