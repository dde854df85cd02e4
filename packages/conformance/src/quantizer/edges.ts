import { isLowbitError, type Quantizer } from '@lowbit/core';
import { sliceParameters } from '@lowbit/core/method';
import { must, type Law } from '../law.js';
import { ordinaryValues } from '../samples.js';
import { encodeWith, levelsOfSlice, reconstruct, usableWidths, type Width } from './fit.js';
import type { QuantizerLawOptions } from './options.js';
import { describe } from './parameters.js';
import { soundFit } from './sound-fit.js';

/** Permits the float32 rounding of a scale and of its product with a code. */
const rounding = 2 ** -20;
/** Below this, a float32 scale is too small to divide by. */
const smallestScale = 1e-38;

/** Laws on slices at the edge: constant, zero, single, tiny, huge, empty. */
export function edgeLaws(
  quantizer: Quantizer,
  exact: NonNullable<QuantizerLawOptions['exact']>,
): readonly Law[] {
  const constant = exact.includes('constant');
  const equalTo = (value: number, count: number) => () => checkConstant(quantizer, value, count, constant);
  return [
    {
      title: 'represents a constant slice',
      run: () => [0.3, -2.5, 1e-6].forEach((value) => equalTo(value, 7)()),
    },
    {
      title: 'represents a slice of zeros',
      run: () => checkConstant(quantizer, 0, 9, exact.includes('zero')),
    },
    {
      title: 'represents a slice of one value',
      run: () => [0.7, -0.4].forEach((value) => equalTo(value, 1)()),
    },
    { title: 'treats a tiny deviation as none', run: () => checkTiny(quantizer, constant) },
    { title: 'stays finite for huge values', run: () => checkHuge(quantizer) },
    { title: 'gives an empty slice finite parameters and scale 0', run: () => checkEmpty(quantizer) },
  ];
}

function checkConstant(quantizer: Quantizer, constant: number, count: number, exact: boolean): void {
  const values = new Float32Array(count).fill(constant);
  const value = Math.fround(constant);
  for (const width of usableWidths(quantizer)) {
    const parameters = soundFit(quantizer, values, width, `${count} times ${value}`);
    const decoded = reconstruct(parameters, values, width.bits)[0] as number;
    must(
      !exact || Math.abs(decoded - value) <= rounding * Math.abs(value),
      () => `${describe(width)}: ${count} times ${value} decodes to ${decoded}`,
    );
  }
}

function checkTiny(quantizer: Quantizer, exact: boolean): void {
  const values = ordinaryValues().map((value) => value * 1e-39);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (const width of usableWidths(quantizer)) {
    const parameters = soundFit(quantizer, values, width, 'tiny values');
    if (parameters.kind === 'affine') {
      const { scale } = parameters;
      must(scale === 0 || scale >= smallestScale, () => `${describe(width)}: scale ${scale} should be 0`);
    }
    const worst = reconstruct(parameters, values, width.bits).find(
      (value) => !(Math.abs(value) <= 2 * largest),
    );
    must(
      !exact || worst === undefined,
      () => `${describe(width)}: values up to ${largest} decode to ${worst}`,
    );
  }
}

/** Slices up to the ends of float32. */
const hugeSlices: readonly Float32Array[] = [
  Float32Array.of(-3.4e38, -1e38, 0, 1e30, 2e38, 3.4e38),
  Float32Array.of(3e38, -3e38, 1e38),
  Float32Array.of(-3.4e38, 1),
  Float32Array.of(3.4e38, 0.5, 0),
  new Float32Array(5).fill(3.4e38),
  new Float32Array(5).fill(-3.4e38),
];

/** Levels are finite, or a typed error says that there are none. */
function checkHuge(quantizer: Quantizer): void {
  for (const width of usableWidths(quantizer)) {
    for (const values of hugeSlices) {
      try {
        checkHugeSlice(quantizer, values, width);
      } catch (error) {
        if (!isLowbitError(error)) throw error;
      }
    }
  }
}

function checkHugeSlice(quantizer: Quantizer, values: Float32Array, width: Width): void {
  const name = `the values ${values.join(', ')}`;
  const fitted = soundFit(quantizer, values, width, name);
  const { scheme } = encodeWith(fitted, values, width.bits);
  const level = levelsOfSlice(sliceParameters(scheme, 0)).find((level) => !Number.isFinite(level));
  must(level === undefined, () => `${describe(width)}, ${name}: a level is ${level}`);
}

function checkEmpty(quantizer: Quantizer): void {
  for (const width of usableWidths(quantizer)) {
    const parameters = soundFit(quantizer, new Float32Array(0), width, 'no values');
    if (parameters.kind !== 'affine') continue;
    must(parameters.scale === 0, () => `${describe(width)}: no values give scale ${parameters.scale}`);
  }
}
