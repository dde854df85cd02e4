import { graphInvalid, unsupported } from '../errors.js';
import type { Shape } from '../model.js';
import type { MaybeShape } from './layer-class.js';
import type { Settings } from './settings.js';

/** What Keras demands of what a layer is called with, and of what comes out. */
interface Demand {
  /** How many inputs there are, at least and at most. */
  readonly inputs?: readonly [number, number];
  /** How many axes the first has. */
  readonly axes?: (settings: Settings) => number;
  /** What comes of more axes, which count as those of a larger batch. Absent: Keras takes none. */
  readonly more?: 'computed' | 'refused';
  /** Axes between the batch and the channels, over which a window goes that is not larger than they are. */
  readonly windows?: true;
}

const two: Demand = { inputs: [2, 2] };
const attention: Demand = { inputs: [2, 3] };
const axes = (count: number): Demand => ({ axes: () => count });

/** Classes of pictures and the like of a rank, behind which that stands. */
function ofRank(rank: number): readonly (readonly [string, Demand])[] {
  const name = (word: string, end = '') => `${word}${rank}D${end}`;
  const [all, windows] = [axes(rank + 2), { ...axes(rank + 2), windows: true } as const];
  const convolution = { ...windows, more: 'refused' } as const;
  return [
    ...['Conv', 'DepthwiseConv', 'SeparableConv'].map((word) => [name(word), convolution] as const),
    [name('Conv', 'Transpose'), convolution],
    ...['MaxPooling', 'AveragePooling', 'Cropping'].map((word) => [name(word), windows] as const),
    ...['GlobalMaxPooling', 'GlobalAveragePooling'].map((word) => [name(word), all] as const),
    ...['ZeroPadding', 'UpSampling', 'SpatialDropout'].map((word) => [name(word), all] as const),
    [name('ConvLSTM'), { ...axes(rank + 3), windows: true }],
  ];
}

const demands = new Map<string, Demand>([
  ...[1, 2, 3].flatMap(ofRank),
  ...['Subtract', 'Dot', 'Divide'].map((name) => [name, two] as const),
  ...['Attention', 'AdditiveAttention'].map((name) => [name, attention] as const),
  ...['LSTM', 'GRU', 'SimpleRNN'].map((name) => [name, axes(3)] as const),
  ['RepeatVector', axes(2)],
  ['Dense', { ...axes(2), more: 'computed' }],
  ['Permute', { axes: (settings) => settings.integers('dims').length + 1 }],
]);

/** A layer that is called. */
interface Called {
  readonly id: string;
  readonly className: string;
  readonly settings: Settings;
}

/**
 * Checks what a layer is called with.
 *
 * @throws LowbitError `graph-invalid` where Keras would not take it; `layer-unsupported` for more axes than other runtimes take.
 */
export function checkInputs({ id, className, settings }: Called, inputs: readonly MaybeShape[]): void {
  const demand = demands.get(className);
  if (demand === undefined) return;
  const [least, most] = demand.inputs ?? [0, Infinity];
  if (inputs.length < least || inputs.length > most)
    throw graphInvalid(
      id,
      `${least === most ? least : `${least} or ${most}`} inputs of ${className}`,
      `${inputs.length}`,
    );
  const [first] = inputs;
  const count = demand.axes?.(settings) ?? first?.length;
  if (first === undefined || first.length === count) return;
  if (demand.more === undefined || first.length < count!) {
    const expected = `an input of ${className} with ${demand.more === 'computed' ? 'at least ' : ''}${count} axes, the batch first`;
    throw graphInvalid(id, expected, wordsOf(first));
  }
  if (demand.more === 'computed') return;
  throw unsupported(
    id,
    `${className} of an input with ${first.length} axes, where ${count} are usual`,
    'Build the model with a TimeDistributed around the layer.',
  );
}

/**
 * Checks that something is left where windows went over an input, or where it was cropped.
 *
 * @throws LowbitError `graph-invalid`.
 */
export function checkOutput(
  { id, className }: Called,
  [input]: readonly MaybeShape[],
  output: MaybeShape,
): void {
  if (demands.get(className)?.windows !== true || input?.includes(0)) return;
  if (output?.every((size) => size === null || size > 0) !== false) return;
  throw graphInvalid(
    id,
    `windows of ${className} that are not larger than its input`,
    `${wordsOf(input)}, of which nothing is left`,
  );
}

const wordsOf = (shape: Shape = []): string => `[${shape.map((size) => size ?? 'any').join(', ')}]`;
