/**
 * Convolutions and products that compute a transform: their filters are sampled sines and cosines, mostly times a window, as those of a
 * short-time Fourier transform. What is near 0 in a spectrum is a difference of large numbers, of which quantized filters leave noise alone.
 */
import type { WeightDescriptor } from '../contract/descriptors.js';
import type { SessionOptions } from '../contract/events.js';
import { sinusoidFinder, type NearestSinusoid } from '../numeric/sinusoid.js';
import { sizeOf } from '../scheme/shape.js';
import { pauses } from '../contract/pause.js';

/** Below this |correlation| a filter is no sampled sinusoid. */
const leastCorrelation = 0.99;
/** A sinusoid has three parameters: in fewer values it is near to too much. */
const fewestTaps = 16;
/** Windows are 0 at one end or both. */
const zeroEnds = 2;
/** Part of the energy of the strongest filter below which one is 0 but for rounding, as sines at frequency 0 are. */
const silent = 1e-6;

/**
 * Why weights stay float, by id, where they are such filters: the plan leaves them as they are, unless a rule says otherwise. Weights
 * are read whose shape admits it.
 *
 * @param weights Those that would be quantized.
 * @throws LowbitError `aborted`; what `read` throws.
 */
export async function waveFilters(
  weights: readonly WeightDescriptor[],
  { signal }: SessionOptions,
): Promise<ReadonlyMap<string, string>> {
  const pause = pauses(signal, 'quantize');
  const reasons = new Map<string, string>();
  for (const weight of weights) {
    if (weight.kernel !== 'kernel' || tapsAxis(weight) === undefined) continue;
    const count = await countWaveFilters(weight, await weight.read(), pause);
    if (count !== undefined) reasons.set(weight.id, reasonFor(weight.id, count));
  }
  return reasons;
}

/** It names the weight, since reports join those that are left for one reason. */
function reasonFor(id: string, count: number): string {
  const filters =
    count === 1
      ? `the filter of ${id} is a sampled sine or cosine`
      : `the ${count} filters of ${id} are sampled sines and cosines`;
  return `stays float: ${filters}, and small errors of a transform ruin what follows it (a rule or a plan that gives it bits quantizes it)`;
}

type FilterAxes = Pick<WeightDescriptor, 'shape' | 'outputAxes' | 'inputAxis'>;

/** The number of filters when all but silent ones are sampled sinusoids, under a window that they share; else `undefined`. */
async function countWaveFilters(
  weight: FilterAxes,
  values: Float32Array,
  pause: () => Promise<void>,
): Promise<number | undefined> {
  const axis = tapsAxis(weight);
  if (axis === undefined) return undefined;
  const lines = linesAlong(values, weight.shape, axis);
  const filters = audible(lines);
  const squares = squaresOf(lines, filters);
  const [from, to] = [squares.findIndex((sum) => sum > 0), squares.findLastIndex((sum) => sum > 0) + 1];
  if (filters.length === 0 || to - from < fewestTaps - zeroEnds) return undefined;
  const cut = (line: number) => lines.read(line).subarray(from, to);
  const finder = sinusoidFinder(to - from);
  for (const window of windowsFor(squares.subarray(from, to))) {
    const waves = await wavesIn(filters, cut, finder(window), pause);
    // Blurs and slopes are less than a cycle under a window, and no transform.
    const cycles = waves?.filter(({ frequency }) => frequency * (to - from) > 0.9 * 2 * Math.PI) ?? [];
    if (waves !== undefined && 2 * cycles.length >= waves.length) return filters.length;
  }
  return undefined;
}

/** The sinusoid of each filter; `undefined` where one has none. */
async function wavesIn(
  filters: readonly number[],
  read: (filter: number) => Float64Array,
  nearest: (filter: Float64Array) => NearestSinusoid,
  pause: () => Promise<void>,
): Promise<readonly NearestSinusoid[] | undefined> {
  const waves: NearestSinusoid[] = [];
  for (const filter of filters) {
    await pause();
    const wave = nearest(read(filter));
    if (wave.correlation < leastCorrelation) return undefined;
    waves.push(wave);
  }
  return waves;
}

/** A transform of so many values has at most twice as many filters, cosines and sines of as many frequencies, and two more. */
const mostFilters = (taps: number): number => 2 * taps + 2;
/** Those of low frequencies alone are at least so many. A product with fewer, or of so few values, is a layer like others. */
const fewestFilters = (taps: number): number => taps / 8;
const fewestOfProduct = 32;

/**
 * The one axis that is neither of outputs nor of inputs and has more than one value, where there is such; that of the inputs where all
 * others are of outputs, as in a product with the matrix of a transform.
 */
function tapsAxis({ shape, outputAxes, inputAxis }: FilterAxes): number | undefined {
  if (outputAxes.length === 0) return undefined;
  const others = shape.flatMap((length, axis) =>
    length === 1 || axis === inputAxis || outputAxes.includes(axis) ? [] : axis,
  );
  const [axis = inputAxis] = others;
  const taps = axis === undefined ? 0 : (shape[axis] as number);
  if (others.length > 1 || taps < fewestTaps) return undefined;
  if (others.length === 1) return axis;
  const filters = sizeOf(shape) / taps;
  const canBe = taps >= fewestOfProduct && filters >= fewestFilters(taps) && filters <= mostFilters(taps);
  return canBe ? axis : undefined;
}

/** The lines of values along an axis. */
interface Lines {
  readonly count: number;
  read(line: number): Float64Array;
  /** Σ value² of each line. */
  energies(): Float64Array;
  /** Σ value² at each tap of the lines that are marked by 1. */
  squares(marks: Uint8Array): Float64Array;
}

function linesAlong(values: Float32Array, shape: readonly number[], axis: number): Lines {
  const length = shape[axis] as number;
  const step = sizeOf(shape.slice(axis + 1));
  return {
    count: values.length / length,
    read(line) {
      const first = Math.floor(line / step) * length * step + (line % step);
      return Float64Array.from({ length }, (_, tap) => values[first + tap * step] as number);
    },
    // Values are read as they lie in memory, in loops of their own: a call for each would take several times as long.
    energies() {
      const sums = new Float64Array(values.length / length);
      for (let at = 0, block = 0; at < values.length; block += step)
        for (let tap = 0; tap < length; tap++)
          for (let line = block; line < block + step; line++, at++) {
            const value = values[at] as number;
            sums[line] = (sums[line] as number) + value * value;
          }
      return sums;
    },
    squares(marks) {
      const sums = new Float64Array(length);
      for (let at = 0, block = 0; at < values.length; block += step)
        for (let tap = 0; tap < length; tap++) {
          let sum = sums[tap] as number;
          for (let line = block; line < block + step; line++, at++) {
            const value = values[at] as number;
            if (marks[line] === 1) sum += value * value;
          }
          sums[tap] = sum;
        }
      return sums;
    },
  };
}

/** Those that are not 0, the strongest first. */
function audible(lines: Lines): readonly number[] {
  const energies = lines.energies();
  const strongest = energies.reduce((most, energy) => Math.max(most, energy), 0);
  const found = Array.from(energies.keys()).filter((line) => (energies[line] as number) > silent * strongest);
  return found.sort((a, b) => (energies[b] as number) - (energies[a] as number));
}

/** The sum of the squares of those lines, at each tap. Outside of where it is not 0 there is no window. */
function squaresOf(lines: Lines, filters: readonly number[]): Float64Array {
  const marks = new Uint8Array(lines.count);
  for (const line of filters) marks[line] = 1;
  return lines.squares(marks);
}

/**
 * None, those that are sums of cosines, and the root of one, each without the zeros at its ends; and what the filters say
 * themselves: sines and cosines of one frequency have squares that add up to that of their window.
 */
function windowsFor(squares: Float64Array): readonly Float64Array[] {
  const { length } = squares;
  const cosines = (at: (angle: number) => number) =>
    Float64Array.from({ length }, (_, tap) => at((2 * Math.PI * (tap + 1)) / (length + 1)));
  return [
    cosines(() => 1),
    cosines((angle) => 0.5 - 0.5 * Math.cos(angle)),
    cosines((angle) => 0.54 - 0.46 * Math.cos(angle)),
    cosines((angle) => 0.42 - 0.5 * Math.cos(angle) + 0.08 * Math.cos(2 * angle)),
    cosines((angle) => Math.sin(angle / 2)),
    ...(spreadOf(squares) < fewestSpread ? [] : [squares.map(Math.sqrt)]),
  ];
}

/** Under a window of fewer taps that count, as where one input is far larger than others, three parameters fit anything. */
const fewestSpread = 8;

/** Over how many taps energy is spread: one where a single tap holds it, all where each holds as much. */
function spreadOf(squares: Float64Array): number {
  const largest = squares.reduce((most, one) => Math.max(most, one), 0);
  const shares = squares.map((one) => one / largest);
  const sum = shares.reduce((total, one) => total + one, 0);
  return sum ** 2 / shares.reduce((total, one) => total + one ** 2, 0);
}
