import { invalid } from '../problems.js';
import { isFixed, type CalibrationInput } from './options.js';

/** How an array is cut into what one run of the model takes. */
export interface Placement {
  /** `row`: one step along the input's first axis. `whole`: a complete value of the input. */
  readonly unit: 'row' | 'whole';
  /** How many units the array holds. */
  readonly count: number;
  /** Shape of one unit. */
  readonly shape: readonly number[];
}

/**
 * Compares the shape of given data with an input. With as many axes as the input, the first counts samples;
 * with one fewer, the data is one sample; with one more, it is a stack of complete inputs. Samples may be empty along an open axis, as
 * caches are at the start.
 *
 * @throws LowbitError `calibration-invalid` when the shape does not fit.
 */
export function placeArray(shape: readonly number[], input: CalibrationInput, where: string): Placement {
  const placement = placementOf(shape, input.shape.length);
  const sizes = placement?.unit === 'row' ? input.shape.slice(1) : input.shape;
  if (placement === undefined || !fits(placement.shape, sizes)) {
    throw invalid(where, {
      expected: `the shape ${worded(input.shape)} of the input ${input.name}, or one sample of it`,
      received: worded(shape),
    });
  }
  if (placement.count === 0) {
    throw invalid(where, { expected: 'at least one sample', received: `the empty shape ${worded(shape)}` });
  }
  return placement;
}

/** A shape in parentheses, with the names of symbolic axes. */
export function worded(shape: readonly (number | string)[]): string {
  return `(${shape.map(axisName).join(', ')})`;
}

function axisName(axis: number | string): string {
  const isNamed = typeof axis === 'string' ? axis !== '' : axis >= 0;
  return isNamed ? `${axis}` : '?';
}

function placementOf(shape: readonly number[], rank: number): Placement | undefined {
  if (shape.length === rank + 1) return { unit: 'whole', count: shape[0] as number, shape: shape.slice(1) };
  if (shape.length === rank && rank === 0) return { unit: 'whole', count: 1, shape };
  if (shape.length === rank) return { unit: 'row', count: shape[0] as number, shape: shape.slice(1) };
  if (shape.length === rank - 1) return { unit: 'row', count: 1, shape };
  return undefined;
}

function fits(shape: readonly number[], sizes: readonly (number | string)[]): boolean {
  return shape.every((size, i) => !isFixed(sizes[i]) || sizes[i] === size);
}
