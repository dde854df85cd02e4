import { decode, encode, type QuantizedTensor, type Quantizer } from '@lowbit/core';
import {
  arrayOps,
  backwardOf,
  forwardOf,
  siteParameters,
  sliceParameters,
  type Ops,
  type Site,
} from '@lowbit/core/method';
import { must, type Law } from '../law.js';
import { compare } from '../ops/compare.js';
import type { TensorValue, ToArray } from '../ops/tensor-value.js';
import { describe } from '../quantizer/parameters.js';
import { contextOf, fit, usableWidths, type Width } from '../quantizer/fit.js';
import { normalValues } from '../samples.js';
import { dynamicLaws } from './dynamic-laws.js';

export interface ForwardLawOptions {
  /** The gradient that the quantizer claims: the upstream gradient unchanged (default), or one of its own. */
  readonly gradient?: 'straight-through' | 'own';
}

/** Slices of a sample: two ordinary ones and a constant one, 64 values each. */
const slices = 3;
const length = 64;
/** A float32 that is beyond every grid of the samples, and still coded. */
const farthest = 1e30;
/** Codebooks of more bits take one operation a level. */
const widestCodebook = 6;

/**
 * The laws of a quantizer's forward and backward passes in one interpreter: forward equals decoding what was
 * encoded, on three slices at once; the gradient is straight-through unless `own` is claimed; infinite activations become
 * the outermost levels, where a quantizer does not measure them. A dynamic quantizer measures its parameters on every call and
 * treats each row on its own.
 */
export function forwardLaws<T>(
  quantizer: Quantizer,
  ops: Ops<T>,
  toArray: ToArray<T>,
  { gradient = 'straight-through' }: ForwardLawOptions = {},
): readonly Law[] {
  const check = (width: Width) => checkForward(quantizer, ops, toArray, width);
  const checkEnds = (width: Width) => checkInfinities(quantizer, ops, toArray, width);
  const checkGradient = gradient === 'own' ? checkOwnGradient : checkStraightThrough;
  return [
    { title: 'forward equals decode after encode', run: () => forEachWidth(quantizer, check) },
    {
      title:
        gradient === 'own' ? 'has one gradient in every interpreter' : 'passes the gradient straight through',
      run: () => forEachWidth(quantizer, (width) => checkGradient(quantizer, ops, toArray, width)),
    },
    ...(quantizer.dynamic || !quantizer.roles.includes('activation')
      ? []
      : [
          {
            title: 'gives infinite activations the outermost levels',
            run: () => forEachWidth(quantizer, checkEnds),
          },
        ]),
    ...dynamicLaws(quantizer, ops, toArray),
  ];
}

async function forEachWidth(quantizer: Quantizer, check: (width: Width) => Promise<void>): Promise<void> {
  for (const width of usableWidths(quantizer)) {
    const kind = encodeSample(quantizer, width).scheme.kind;
    if (kind === 'codebook' && width.bits > widestCodebook) continue;
    await check(width);
  }
}

async function checkForward<T>(
  quantizer: Quantizer,
  ops: Ops<T>,
  toArray: ToArray<T>,
  width: Width,
): Promise<void> {
  const tensor = encodeSample(quantizer, width);
  const expected = decode(tensor);
  const input = ops.constant(matrixOf(sample()));
  const output = await toArray(forwardOf(quantizer)(ops, input, siteOf(ops, quantizer, tensor, width)));
  const judged = isFarFromBoundaries(tensor);
  const data = expected.map((value, i) => (judged[i] ? (output.data[i] as number) : value));
  // Permits products and sums that are rounded once instead of twice, relative to the largest value.
  const permitted = 2 ** -21 * expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  compare({ shape: output.shape, data }, matrixOf(expected), () => permitted, describe(width));
}

/** Whether a hair more or less leaves a value its code; the others may round either way and are not judged. */
function isFarFromBoundaries(tensor: QuantizedTensor): readonly boolean[] {
  const codesMovedBy = (hair: number) => {
    const moved = sample().map((value) => value + hair * Math.max(Math.abs(value), 0.1));
    const fitted = (_: Float32Array, slice: number) => sliceParameters(tensor.scheme, slice);
    return encode(moved, tensor.shape, tensor.slicing, { bits: tensor.bits, fit: fitted }).codes;
  };
  const [below, above] = [codesMovedBy(-1e-5), codesMovedBy(1e-5)];
  return Array.from(tensor.codes, (code, i) => code === below[i] && code === above[i]);
}

/** Infinities are what float32 makes of values beyond it; they are coded as the largest finite values are. */
async function checkInfinities<T>(
  quantizer: Quantizer,
  ops: Ops<T>,
  toArray: ToArray<T>,
  width: Width,
): Promise<void> {
  if (width.role !== 'activation') return;
  const tensor = encodeSample(quantizer, width);
  const fitted = (_: Float32Array, slice: number) => sliceParameters(tensor.scheme, slice);
  const far = Float32Array.from({ length: 2 * slices }, (_, i) => (i % 2 === 0 ? -farthest : farthest));
  const ends = decode(encode(far, [slices, 2], tensor.slicing, { bits: width.bits, fit: fitted }));
  const input = { shape: [slices, 2], data: far.map((value) => value * Infinity) };
  const received = await toArray(
    forwardOf(quantizer)(ops, ops.constant(input), siteOf(ops, quantizer, tensor, width)),
  );
  const permitted = 2 ** -21 * ends.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  compare(received, { shape: [slices, 2], data: ends }, () => permitted, `${describe(width)}, infinities`);
}

async function checkStraightThrough<T>(
  quantizer: Quantizer,
  ops: Ops<T>,
  toArray: ToArray<T>,
  width: Width,
): Promise<void> {
  const upstream = matrixOf(normalValues(slices * length, 5));
  const received = await toArray(gradientOf(quantizer, ops, upstream, width));
  compare(received, upstream, () => 0, `${describe(width)}, gradient`);
}

async function checkOwnGradient<T>(
  quantizer: Quantizer,
  ops: Ops<T>,
  toArray: ToArray<T>,
  width: Width,
): Promise<void> {
  const upstream = matrixOf(normalValues(slices * length, 5));
  const expected = gradientOf(quantizer, arrayOps, upstream, width);
  const finite = expected.data.every(Number.isFinite);
  must(finite, () => `${describe(width)}: the gradient has a value that is not finite`);
  must(
    expected.data.length === slices * length,
    () => `${describe(width)}: the gradient has the shape [${expected.shape}]`,
  );
  const received = await toArray(gradientOf(quantizer, ops, upstream, width));
  // Sums over a slice round relative to their largest terms.
  const largest = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  compare(received, expected, () => 2 ** -20 * largest, `${describe(width)}, gradient`);
}

function gradientOf<T>(quantizer: Quantizer, ops: Ops<T>, upstream: TensorValue, width: Width): T {
  const site = siteOf(ops, quantizer, encodeSample(quantizer, width), width);
  return backwardOf(quantizer)(ops, ops.constant(matrixOf(sample())), ops.constant(upstream), site).x;
}

function sample(): Float32Array {
  const values = new Float32Array(slices * length).fill(0.3);
  values.set(normalValues(length, 3, 0.2, 0.05), 0);
  values.set(normalValues(length, 4, 2, -1), length);
  return values;
}

function matrixOf(data: ArrayLike<number>): TensorValue {
  return { shape: [slices, length], data };
}

function encodeSample(quantizer: Quantizer, width: Width): QuantizedTensor {
  return encode(
    sample(),
    [slices, length],
    { axes: [0] },
    { bits: width.bits, fit: (values) => fit(quantizer, values, width) },
  );
}

function siteOf<T>(
  ops: Ops<T>,
  quantizer: Quantizer,
  tensor: QuantizedTensor,
  { role, bits }: Width,
): Site<T> {
  const { options } = contextOf(quantizer, { role, bits });
  return { role, bits, options, parameters: siteParameters(ops, tensor.scheme, slices) };
}
