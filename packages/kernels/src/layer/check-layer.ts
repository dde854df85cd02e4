import { LowbitError } from '@lowbit/core';
import { checkArgument, checkOptionNames } from '@lowbit/core/adapter';
import type { Epilogue, IntegerWeights } from './layer.js';

/** Most inputs of one output, so that no sum of products of 8 bits leaves 32: 65,536 · 128 · 255 < 2^31. */
const mostInputs = 65536;

const ranges = { 8: [-128, 127], 4: [-8, 7] } as const;

/**
 * Refuses weights that no operation can be made of.
 *
 * @param axes What the axes of their shape are, in words.
 * @throws LowbitError `unsupported-bits` for other widths, `invalid-argument` for everything else.
 */
export function checkWeights(weights: IntegerWeights, axes: readonly string[], where: string): void {
  checkOptionNames(weights, ['shape', 'values', 'bits', 'scales', 'shifts'], `${where}: weights`);
  const given: Partial<IntegerWeights> = weights;
  const { shape, values, bits } = given;
  checkArgument(isShape(shape) && shape.length === axes.length, shape, {
    where: `${where}: shape of weights`,
    expected: `the whole numbers [${axes.join(', ')}]`,
  });
  if (bits !== 4 && bits !== 8)
    throw new LowbitError({
      code: 'unsupported-bits',
      where: `${where}: bits of weights`,
      expected: '4 or 8',
      received: String(bits),
      remedy: 'Widen other weights to the next of these widths.',
    });
  const size = shape!.reduce((product, length) => product * length, 1);
  checkArgument(values instanceof Int8Array && values.length === size, values, {
    where: `${where}: values of weights`,
    expected: `an Int8Array of ${size} values, as the shape says`,
  });
  const [least, most] = ranges[bits];
  const wrong = values!.find((value) => value < least || value > most);
  checkArgument(wrong === undefined, wrong, {
    where: `${where}: values of weights`,
    expected: `integers from ${least} to ${most}`,
  });
  const inputs = shape!.slice(0, -1).reduce((product, length) => product * length, 1);
  checkArgument(inputs <= mostInputs, inputs, {
    where: `${where}: inputs of an output channel`,
    expected: `at most ${mostInputs}, so that no sum overflows`,
    remedy: 'Cut the layer along its inputs, and add what the parts give.',
  });
  const outputs = shape!.at(-1)!;
  checkNumbers(given.scales, [1, outputs], `${where}: scales of weights`);
  if (given.shifts !== undefined) checkNumbers(given.shifts, [1, outputs], `${where}: shifts of weights`);
}

/** Refuses constants that do not fit the channels, and limits that are none. */
export function checkEpilogue(epilogue: Epilogue, outputs: number, where: string): void {
  const { bias, slopes, lowest, highest } = epilogue;
  if (bias !== undefined) checkNumbers(bias, [outputs], `${where}: bias`);
  if (slopes !== undefined) checkNumbers(slopes, [1, outputs], `${where}: slopes`);
  for (const [name, limit] of Object.entries({ lowest, highest }))
    checkArgument(limit === undefined || (typeof limit === 'number' && !Number.isNaN(limit)), limit, {
      where: `${where}: ${name}`,
      expected: 'a number',
    });
  checkArgument((lowest ?? -Infinity) <= (highest ?? Infinity), lowest, {
    where: `${where}: lowest`,
    expected: `at most highest, which is ${highest}`,
  });
}

/** Refuses anything but two whole numbers above 0. */
export function checkSteps(steps: unknown, where: string): void {
  checkArgument(
    steps === undefined || (isShape(steps) && steps.length === 2 && steps.every((step) => step > 0)),
    steps,
    { where, expected: 'two whole numbers above 0: vertical, horizontal' },
  );
}

/** Whether a value is a list of sizes: whole numbers from 0. */
export function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function checkNumbers(given: unknown, lengths: readonly number[], where: string): void {
  const list = given as ArrayLike<number>;
  const isList = Array.isArray(given) || ArrayBuffer.isView(given);
  const fits = isList && lengths.includes(list.length) && Array.from(list).every(Number.isFinite);
  checkArgument(fits, given, {
    where,
    expected: `${[...new Set(lengths)].join(' or ')} finite numbers`,
  });
}
