import { LowbitError } from '@lowbit/core';
import { checkArgument, checkOptionNames } from '@lowbit/core/adapter';
import type { Windows } from './geometry.js';
import type { Epilogue, IntegerWeights, LayerInputs, SignInputs, StepInputs } from './layer.js';

/**
 * Most inputs of one output, by their kind. Of 8 bits, no sum of products leaves 32 bits: 65,536 · 128 · 255 < 2^31. Those of
 * 1 and 2 bits are summed in 16; each pixel counts as a multiple of 4 there.
 */
const mostInputs = { dynamic: 65536, steps: 65536, signs: 65532, codes: 21844 } as const;

/** The outermost codes that are given, and how far they may lie apart. */
const codeRanges = {
  bytes: { least: -255, most: 255, apart: 255 },
  words: { least: -32768, most: 32767, apart: 65535 },
} as const;

const ranges = { 8: [-128, 127], 4: [-8, 7], 2: [-1, 1], 1: [-1, 1] } as const;

/**
 * Refuses weights that no operation can be made of.
 *
 * @param axes What the axes of their shape are, in words.
 * @throws LowbitError `unsupported-bits` for other widths, `invalid-argument` for everything else.
 */
export function checkWeights(
  weights: IntegerWeights,
  axes: readonly string[],
  where: string,
  widths: readonly number[] = [1, 4, 8],
): void {
  checkOptionNames(weights, ['shape', 'values', 'bits', 'scales', 'shifts', 'levels'], `${where}: weights`);
  const given: Partial<IntegerWeights> = weights;
  const { shape, values, bits } = given;
  checkArgument(isShape(shape) && shape.length === axes.length, shape, {
    where: `${where}: shape of weights`,
    expected: `the whole numbers [${axes.join(', ')}]`,
  });
  if (!widths.includes(bits!))
    throw new LowbitError({
      code: 'unsupported-bits',
      where: `${where}: bits of weights`,
      expected: widths.join(' or '),
      received: String(bits),
      remedy: 'Widen narrower weights to the next of these widths.',
    });
  const size = shape!.reduce((product, length) => product * length, 1);
  checkArgument(values instanceof Int8Array && values.length === size, values, {
    where: `${where}: values of weights`,
    expected: `an Int8Array of ${size} values, as the shape says`,
  });
  const [least, most] = ranges[bits!];
  const wrong = values!.find((value) => value < least || value > most || (bits === 1 && value === 0));
  checkArgument(wrong === undefined, wrong, {
    where: `${where}: values of weights`,
    expected: bits === 1 ? '−1 and 1' : `integers from ${least} to ${most}`,
  });
  checkLevels(given, where);
}

/** Which inputs go with weights, by their bits. */
const kindsOf: Readonly<Record<IntegerWeights['bits'], readonly LayerInputs['kind'][]>> = {
  1: ['signs', 'codes', 'dynamic', 'steps'],
  2: ['signs'],
  4: ['dynamic', 'steps'],
  8: ['dynamic', 'steps'],
};

/** Refuses levels that are no codebook, or that go with no weights of 4 bits. */
function checkLevels({ bits, levels }: Partial<IntegerWeights>, where: string): void {
  const isByte = (level: unknown) =>
    Number.isInteger(level) && (level as number) >= -128 && (level as number) <= 127;
  const isList = Array.isArray(levels) || ArrayBuffer.isView(levels);
  const fits = bits === 4 && isList && levels.length === 16 && Array.from(levels).every(isByte);
  checkArgument(levels === undefined || fits, levels, {
    where: `${where}: levels of weights`,
    expected: bits === 4 ? 'sixteen integers from −128 to 127' : 'none but with weights of 4 bits',
  });
}

/** Refuses scales and shifts of weights that do not fit the output channels. */
export function checkGrids({ scales, shifts }: IntegerWeights, outputs: number, where: string): void {
  checkNumbers(scales, [1, outputs], `${where}: scales of weights`);
  if (shifts !== undefined) checkNumbers(shifts, [1, outputs], `${where}: shifts of weights`);
}

/**
 * The inputs of a layer, `dynamic` where none are given.
 *
 * @throws LowbitError `invalid-argument` for inputs that are none or that no kernel multiplies with these weights.
 */
export function checkInputs(
  given: LayerInputs | undefined,
  weights: IntegerWeights,
  isDepthwise: boolean,
  where: string,
): LayerInputs {
  const inputs = given ?? { kind: 'dynamic' };
  const place = `${where}: inputs`;
  const kinds = kindsOf[weights.bits];
  checkArgument(kinds.includes(Object(inputs).kind), Object(inputs).kind, {
    where: `${place}: kind`,
    expected: `${kinds.map((kind) => `'${kind}'`).join(' or ')}, with weights of ${weights.bits} bits`,
    remedy: 'Give weights of 2 bits inputs of signs, and those of 4 and 8 dynamic ones or steps.',
  });
  checkOptionNames(inputs, ['kind', ...membersOf[inputs.kind]], place);
  checkArgument(weights.bits > 2 || weights.shifts === undefined, weights.shifts, {
    where: `${where}: shifts of weights`,
    expected: 'none with weights of 1 or 2 bits',
  });
  if (inputs.kind === 'steps') checkStepInputs(inputs, codeRanges[isDepthwise ? 'words' : 'bytes'], place);
  else if (inputs.kind !== 'dynamic') {
    const { scale } = inputs;
    const isMean = inputs.kind === 'signs' && (scale === 'mean' || scale === undefined);
    checkArgument(isMean || Number.isFinite(scale), scale, {
      where: `${place}: scale`,
      expected: inputs.kind === 'signs' ? "a finite number or 'mean'" : 'a finite number',
    });
  }
  if (inputs.kind === 'signs') checkSigns(inputs, place);
  if (inputs.kind === 'codes') checkNumbers(inputs.thresholds, [3], `${place}: thresholds`);
  return inputs;
}

function checkStepInputs(
  { step, lowest, highest }: StepInputs,
  { least, most, apart }: (typeof codeRanges)[keyof typeof codeRanges],
  place: string,
): void {
  const isStep = typeof step === 'number' && step >= 2 ** -100 && step <= 2 ** 100;
  checkArgument(isStep, step, { where: `${place}: step`, expected: 'a number from 2^-100 to 2^100' });
  checkArgument(Number.isInteger(lowest) && lowest >= least && lowest <= 0, lowest, {
    where: `${place}: lowest`,
    expected: `an integer from ${least} to 0`,
  });
  const room = Math.min(most, apart + lowest);
  checkArgument(Number.isInteger(highest) && highest >= 0 && highest <= room, highest, {
    where: `${place}: highest`,
    expected: `an integer from 0 to ${room}`,
  });
}

function checkSigns({ scale, order, scope }: SignInputs, place: string): void {
  const isMean = scale === 'mean';
  checkArgument(order === undefined || order === 1 || (order === 2 && isMean), order, {
    where: `${place}: order`,
    expected: isMean ? '1 or 2' : "1, where scale is not 'mean'",
  });
  const isPatches = scope === 'patches' && isMean;
  checkArgument(scope === undefined || scope === 'samples' || isPatches, scope, {
    where: `${place}: scope`,
    expected: isMean ? "'samples' or 'patches'" : "'samples', where scale is not 'mean'",
  });
}

const membersOf = {
  dynamic: [],
  steps: ['step', 'lowest', 'highest'],
  signs: ['scale', 'order', 'scope'],
  codes: ['thresholds', 'scale'],
} as const;

/** Refuses windows with more inputs of each output than can be summed. */
export function checkDepth(
  { window, channels, isDepthwise }: Windows,
  bits: number,
  { kind, ...codes }: LayerInputs,
  where: string,
): void {
  const filled = bits <= 2 ? 4 * Math.ceil(channels / 4) : channels;
  const inputs = window[0] * window[1] * (isDepthwise ? 1 : filled);
  const largest = 'lowest' in codes ? Math.max(-codes.lowest, codes.highest) : 0;
  const most = largest > 255 ? Math.floor((2 ** 31 - 1) / (128 * largest)) : mostInputs[kind];
  checkArgument(inputs <= most, inputs, {
    where: `${where}: inputs of an output channel`,
    expected: `at most ${most}, so that no sum overflows`,
    remedy: 'Cut the layer along its inputs, and add what the parts give.',
  });
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

/** Refuses what is no padding. */
export function checkPadding(padding: unknown, where: string): void {
  const isPair = (pair: unknown) => isShape(pair) && pair.length === 2;
  const isGiven = Array.isArray(padding) && padding.length === 2 && padding.every(isPair);
  checkArgument(isGiven || [undefined, 'same', 'valid'].includes(padding as undefined), padding, {
    where,
    expected: "'same', 'valid' or whole numbers from 0: [[top, bottom], [left, right]]",
  });
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
