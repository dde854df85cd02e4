import { checkArgument, knownName, optionTypes, suggestName } from '@lowbit/core/adapter';
import { checkInputs } from '../input/check-options.js';
import { isFixed, type CalibrationInput } from '../input/options.js';
import { invalidArgument } from '../problems.js';

/** Side of a picture, and size of any other open axis. */
const defaults = { side: 224, other: 16 } as const;

/** Shapes of inputs in which nothing is open. */
export interface ResolvedShapes {
  /** By name of the input. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Size of each open axis: by its name, or as INPUT:AXIS where it has none. */
  readonly sizes: Readonly<Record<string, number>>;
}

interface Axis {
  /** Its own name, or `place`. */
  readonly name: string;
  /** INPUT:AXIS, counted from 0. */
  readonly place: string;
  /** Undefined when it is open. */
  readonly size: number | undefined;
  readonly byDefault: number;
}

/**
 * Gives every open axis a size: the given one, else 1 for a first axis, 224 for the height and width of what looks
 * like pictures, 16 for the rest. Axes of one name have one size.
 *
 * @param given - sizes by the name of an axis, or by INPUT:AXIS
 * @throws LowbitError `invalid-argument` at `sizes`, for a given size that no open axis is called after.
 */
export function resolveShapes(
  inputs: readonly CalibrationInput[],
  given: ReadonlyMap<string, number>,
): ResolvedShapes {
  checkInputs(inputs);
  checkArgument(areSizes(given), given, {
    where: 'sizes',
    expected: 'a Map of whole numbers above 0 by the names of axes',
    remedy: 'Write new Map([[NAME, SIZE]]).',
  });
  const axes = new Map(inputs.map((input) => [input.name, axesOf(input)] as const));
  const open = [...axes.values()].flat().filter(({ size }) => size === undefined);
  const wanted = byKnownName(open, given);
  const sizes = new Map<string, number>();
  for (const { name, place, byDefault } of open) {
    const size = wanted.get(place) ?? wanted.get(name) ?? sizes.get(name) ?? byDefault;
    sizes.set(name, size);
  }
  const shapes = [...axes].map(
    ([input, all]) => [input, all.map(({ name, size }) => size ?? (sizes.get(name) as number))] as const,
  );
  return { shapes: new Map(shapes), sizes: Object.fromEntries(sizes) };
}

function areSizes(given: unknown): boolean {
  const isName = (name: unknown) => typeof name === 'string';
  return (
    given instanceof Map &&
    [...given.keys()].every(isName) &&
    [...given.values()].every(optionTypes.count.fits)
  );
}

function axesOf({ name: input, shape }: CalibrationInput): readonly Axis[] {
  return shape.map((size, i) => {
    const place = `${input}:${i}`;
    return {
      name: typeof size === 'string' && size !== '' ? size : place,
      place,
      size: isFixed(size) ? size : undefined,
      byDefault: defaultSize(shape, i),
    };
  });
}

function defaultSize(shape: CalibrationInput['shape'], axis: number): number {
  if (axis === 0) return 1;
  if (shape.length !== 4) return defaults.other;
  const channels = shape[3] === 1 || shape[3] === 3 ? 3 : 1;
  return axis === channels ? 3 : defaults.side;
}

/** The sizes that are given by the names that axes have. */
function byKnownName(open: readonly Axis[], given: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const known = [...new Set(open.map(({ name }) => name))];
  const places = open.map(({ place }) => place);
  const sizes = [...given].map(([name, size]) => {
    const found = known.includes(name) ? name : knownName(name, places);
    if (found !== undefined) return [found, size] as const;
    throw invalidArgument('sizes', {
      expected:
        known.length === 0
          ? 'no size, because no axis is open'
          : `one of ${known.join(', ')}, or INPUT:AXIS of an open axis: ${places[0]}`,
      received: JSON.stringify(name),
      ...suggestName(name, [...known, ...places]),
    });
  });
  return new Map(sizes);
}
