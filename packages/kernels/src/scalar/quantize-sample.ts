import type { Geometry, Windows } from '../layer/geometry.js';
import type { LayerInputs, StepInputs } from '../layer/layer.js';

/** Rows whose largest magnitude lies below count as zeros, so that what they are divided by is no subnormal number. */
const smallestMagnitude = 2 ** -100;

/** Largest magnitude of quantized inputs. */
const highestInput = 127;

/** How the values of a row or sample become integers, and integers values again. */
interface InputScale {
  /** Factor before rounding, float32. */
  readonly inverse: number;
  /** Step of the integers, float32; NaN where a value is none or infinite, so that all of the output is NaN. */
  readonly scale: number;
}

/** @param largest The largest magnitude of the row: NaN if a value is NaN. */
function inputScale(largest: number): InputScale {
  if (!(largest < Infinity)) return { inverse: 0, scale: NaN };
  if (largest < smallestMagnitude) return { inverse: 0, scale: 0 };
  return { inverse: Math.fround(highestInput / largest), scale: Math.fround(largest / highestInput) };
}

/** A sample as integers, `[height, width, channels]`, and their step. */
export interface QuantizedSample {
  readonly image: Int8Array | Int16Array;
  readonly scale: number;
}

export function quantizeSample(
  values: Float32Array,
  sample: number,
  { channels }: Windows,
  { height, width }: Geometry,
  inputs: LayerInputs,
): QuantizedSample {
  const size = height * width * channels;
  const own = values.subarray(sample * size, (sample + 1) * size);
  if (inputs.kind === 'dynamic') return divided(own);
  if (inputs.kind === 'steps') return stepped(own, inputs);
  const scale = inputs.scale === 'mean' ? meanMagnitude(own) : Math.fround(inputs.scale ?? 1);
  if (inputs.kind === 'signs') return { image: Int8Array.from(own, (value) => (value >= 0 ? 1 : -1)), scale };
  const [first, second, third] = inputs.thresholds.map(Math.fround) as [number, number, number];
  const code = (value: number) => Number(value >= first) + Number(value >= second) + Number(value >= third);
  return { image: Int8Array.from(own, code), scale };
}

/** Values of samples less the mean magnitude of their sample times their sign, float32. */
export function subtractSigns(values: Float32Array, samples: number): Float32Array {
  const size = values.length / samples;
  const rest = new Float32Array(values.length);
  for (let from = 0; from < values.length; from += size) {
    const own = values.subarray(from, from + size);
    const mean = meanMagnitude(own);
    rest.set(
      own.map((value) => value - (value >= 0 ? mean : -mean)),
      from,
    );
  }
  return rest;
}

/** Integers by the largest magnitude. */
function divided(own: Float32Array): QuantizedSample {
  const { inverse, scale } = inputScale(own.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
  const image = new Int8Array(own.length);
  if (inverse !== 0)
    for (let at = 0; at < image.length; at++) image[at] = nearestOf(Math.fround(own[at]! * inverse));
  return { image, scale };
}

/** In float32: four sums side by side, then that of what is left over to the first; 0 of nothing. */
function meanMagnitude(own: Float32Array): number {
  if (own.length === 0) return 0;
  const { fround, abs } = Math;
  const sums = new Float32Array(4);
  const whole = own.length & ~3;
  for (let at = 0; at < whole; at++) sums[at & 3]! += abs(own[at]!);
  let sum = sums[0]!;
  for (let at = whole; at < own.length; at++) sum = fround(sum + abs(own[at]!));
  sum = fround(sum + sums[1]!);
  return fround(fround(sum + fround(sums[2]! + sums[3]!)) / own.length);
}

/** Integers by a step that is given; NaN has the lowest, and makes all outputs NaN. */
function stepped(own: Float32Array, { step, lowest, highest }: StepInputs): QuantizedSample {
  const scale = Math.fround(step);
  const inverse = Math.fround(1 / scale);
  const image = Int16Array.from(own, (value) => {
    const steps = Math.fround(value * inverse);
    return nearestOf(steps > lowest ? Math.min(steps, highest) : lowest);
  });
  return { image, scale: own.some(Number.isNaN) ? NaN : scale };
}

const roundingShift = 1.5 * 2 ** 23;

/** To the nearest integer, ties to even, of a magnitude below 2^22. */
function nearestOf(value: number): number {
  return Math.fround(value + roundingShift) - roundingShift;
}
