import { sizeOf } from '@lowbit/core/adapter';
import { copyChecked, elementsOf, type Numbers } from '../input/elements.js';
import { invalid } from '../problems.js';
import { placeArray, type Placement } from '../input/placement.js';
import { isFixed, type CalibrationInput } from '../input/options.js';

/** The value of one input on one line. */
export interface ParsedValue {
  readonly placement: Placement;
  readonly data: Numbers;
  /** Whether the value has the axis that counts samples. */
  readonly areStacked: boolean;
}

/**
 * Reads nested arrays, a plain number, or `{ shape, data }`. Truth values count as 0 and 1.
 *
 * @throws LowbitError `calibration-invalid` for ragged arrays, other things than numbers, or a shape that
 *   does not fit the input; `non-finite`.
 */
export function parseValue(value: unknown, input: CalibrationInput, where: string): ParsedValue {
  const { shape: given, numbers } = arrayValue(value, where);
  const shape = given.at(-1) === 0 && !isObject(value) ? completed(given, input) : given;
  const placement = placeArray(shape, input, where);
  if (placement.unit === 'whole' && placement.count > 1) {
    throw invalid(where, { expected: 'one value of the input a line', received: `${placement.count}` });
  }
  const data = elementsOf(input).allocate(numbers.length);
  copyChecked(numbers, data, 0, input, () => where);
  return { placement, data, areStacked: shape.length >= input.shape.length };
}

/**
 * Nested arrays, a plain number, or `{ shape, data }`, as numbers in their order.
 *
 * @throws LowbitError `calibration-invalid` as {@link parseValue}.
 */
export function arrayValue(value: unknown, where: string): PlainValue {
  return isObject(value) ? flatValue(value, where) : nestedValue(value, where);
}

interface PlainValue {
  readonly shape: readonly number[];
  readonly numbers: readonly number[];
}

function isObject(value: unknown): value is { readonly shape?: unknown; readonly data?: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function flatValue({ shape, data }: { readonly shape?: unknown; readonly data?: unknown }, where: string) {
  const isShape =
    Array.isArray(shape) && shape.every((axis) => Number.isSafeInteger(axis) && Number(axis) >= 0);
  if (!isShape || !Array.isArray(data) || sizeOf(shape as number[]) !== data.length) {
    throw invalid(where, {
      expected: 'shape and data, with as many numbers as the shape says',
      received: `${JSON.stringify(shape)} and ${Array.isArray(data) ? data.length : 'no'} numbers`.slice(
        0,
        200,
      ),
    });
  }
  return { shape: shape as number[], numbers: data.map((item: unknown) => toNumber(item, where)) };
}

function nestedValue(value: unknown, where: string): PlainValue {
  const shape: number[] = [];
  for (let inner = value; Array.isArray(inner); inner = inner[0] as unknown) shape.push(inner.length);
  const numbers: number[] = [];
  gather(value, shape, 0, numbers, where);
  return { shape, numbers };
}

/** Axes that an empty list does not show are those of the input, or of one sample of it; the shape as it is where their size is open. */
function completed(shape: readonly number[], { shape: sizes }: CalibrationInput): readonly number[] {
  const hidden = [sizes.slice(shape.length), sizes.slice(shape.length + 1)];
  const known = hidden.find((axes) => axes.every(isFixed)) ?? [];
  return [...shape, ...(known as number[])];
}

function gather(
  value: unknown,
  shape: readonly number[],
  axis: number,
  numbers: number[],
  where: string,
): void {
  if (axis === shape.length) {
    numbers.push(toNumber(value, where));
    return;
  }
  if (!Array.isArray(value) || value.length !== shape[axis]) {
    throw invalid(where, {
      expected: `nested arrays of equal lengths, here ${shape[axis]}`,
      received: Array.isArray(value) ? `${value.length}` : 'no array',
    });
  }
  for (const inner of value) gather(inner, shape, axis + 1, numbers, where);
}

function toNumber(value: unknown, where: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  throw invalid(where, { expected: 'numbers', received: (JSON.stringify(value) ?? 'nothing').slice(0, 80) });
}
