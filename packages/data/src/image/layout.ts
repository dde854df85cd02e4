import { invalidArgument } from '../problems.js';
import { isFixed, type CalibrationInput } from '../input/options.js';
import { worded } from '../input/placement.js';

/**
 * Where the channels of an input lie, and how many there are.
 *
 * @param given - default: where the shape has 1 or 3
 * @throws LowbitError `invalid-argument` when the shape does not tell, or tells otherwise.
 */
export function inferLayout(
  input: CalibrationInput,
  given: 'nchw' | 'nhwc' | undefined,
): { readonly layout: 'nchw' | 'nhwc'; readonly channels: 1 | 3 } {
  const { shape } = input;
  if (shape.length !== 4) throw noPicture(input, '4 axes');
  const likely = (['nchw', 'nhwc'] as const).filter((layout) => isChannelCount(shape[axisOf(layout)]));
  const layout = given ?? (likely.length === 1 ? likely[0] : undefined);
  if (layout === undefined) {
    throw invalidArgument(`input ${input.name}`, {
      expected: 'one axis of 1 or 3 channels, second or last',
      received: worded(shape),
      remedy: 'Give the layout: nchw or nhwc.',
    });
  }
  const axis = shape[axisOf(layout)];
  if (isChannelCount(axis)) return { layout, channels: axis };
  if (isFixed(axis)) throw noPicture(input, `1 or 3 channels in the layout ${layout}`);
  return { layout, channels: 3 };
}

function axisOf(layout: 'nchw' | 'nhwc'): 1 | 3 {
  return layout === 'nchw' ? 1 : 3;
}

function isChannelCount(axis: number | string | undefined): axis is 1 | 3 {
  return axis === 1 || axis === 3;
}

function noPicture(input: CalibrationInput, expected: string): Error {
  return invalidArgument(`input ${input.name}`, {
    expected: `${expected} for pictures`,
    received: worded(input.shape),
    remedy: 'Give its values as .npy or .npz files.',
  });
}
