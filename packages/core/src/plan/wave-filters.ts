/**
 * Convolutions and products that compute a transform: their filters are sampled sines and cosines, mostly times a window, as those of a
 * short-time Fourier transform. What is near 0 in a spectrum is a difference of large numbers, of which quantized filters leave noise alone.
 */
import type { WeightDescriptor } from '../contract/descriptors.js';
import type { SessionOptions } from '../contract/events.js';
import { sinusoidFinder, type NearestSinusoid } from '../numeric/sinusoid.js';
import { weightReader } from '../contract/weight-reader.js';
import { sizeOf } from '../scheme/shape.js';
import { pauses } from '../contract/pause.js';
import { mayBeWaves } from './may-be-waves.js';

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
  const candidates = weights.filter((one) => one.kernel === 'kernel' && tapsAxis(one) !== undefined);
  const read = weightReader(candidates);
  const findersFor = allFinders();
  for (const weight of candidates) {
    await pause();
    const count = await countWaveFilters(weight, await read(weight), findersFor, pause);
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
  findersFor: FindersFor,
  pause: () => Promise<void>,
): Promise<number | undefined> {
  const axis = tapsAxis(weight);
  if (axis === undefined) return undefined;
  const lines = linesAlong(values, weight.shape, axis);
  if (!mayBeWaves(lines)) return undefined;
  const { energies, squares } = soundOf(lines);
  const strongest = largest(energies);
  const [from, to] = [squares.findIndex((sum) => sum > 0), squares.findLastIndex((sum) => sum > 0) + 1];
  if (!(strongest > 0 && strongest < Infinity) || to - from < fewestTaps - zeroEnds) return undefined;
  const cut = (line: number) => lines.read(line).subarray(from, to);
  const first = cut(energies.indexOf(strongest));
  for (const nearest of findersFor(squares.subarray(from, to))) {
    if (nearest(first).correlation < leastCorrelation) continue;
    const filters = audible(energies);
    const waves = await wavesIn(filters, cut, nearest, pause);
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
  readonly length: number;
  /** The values `from` … `to` − 1 of a line; by default all. */
  read(line: number, from?: number, to?: number): Float64Array;
  /** Σ value² of each line, and at each tap that of the lines that are not marked by 0. */
  add(marks?: Uint8Array): Sound;
}

interface Sound {
  readonly energies: Float64Array;
  readonly squares: Float64Array;
}

function linesAlong(values: Float32Array, shape: readonly number[], axis: number): Lines {
  const length = shape[axis] as number;
  const step = sizeOf(shape.slice(axis + 1));
  const count = values.length / length;
  return {
    count,
    length,
    read(line, from = 0, to = length) {
      const first = Math.floor(line / step) * length * step + (line % step);
      const own = new Float64Array(to - from);
      for (let tap = from; tap < to; tap++) own[tap - from] = values[first + tap * step] as number;
      return own;
    },
    // Values are read once, as they lie in memory, in a loop of its own: a call for each would take several times as long.
    add(marks = new Uint8Array(count).fill(1)) {
      const energies = new Float64Array(count);
      const squares = new Float64Array(length);
      for (let at = 0, block = 0; at < values.length; block += step)
        for (let tap = 0; tap < length; tap++) {
          let sum = squares[tap] as number;
          for (let line = block; line < block + step; line++, at++) {
            const value = values[at] as number;
            const square = value * value;
            energies[line] = (energies[line] as number) + square;
            sum += square * (marks[line] as number);
          }
          squares[tap] = sum;
        }
      return { energies, squares };
    },
  };
}

/** The energies of lines, and what those that are not silent add up to at each tap. Outside of where that is not 0 there is no window. */
function soundOf(lines: Lines): Sound {
  const all = lines.add();
  const least = silent * largest(all.energies);
  if (!all.energies.some((energy) => energy > 0 && energy <= least)) return all;
  return lines.add(
    new Uint8Array(lines.count).map((_, line) => Number((all.energies[line] as number) > least)),
  );
}

/** Those that are not 0, the strongest first. */
function audible(energies: Float64Array): readonly number[] {
  const least = silent * largest(energies);
  const found = Array.from(energies.keys()).filter((line) => (energies[line] as number) > least);
  return found.sort((a, b) => (energies[b] as number) - (energies[a] as number));
}

const largest = (numbers: Float64Array): number => numbers.reduce((most, one) => Math.max(most, one), 0);

/** Finds the nearest sinusoid under each window that filters may share, by what they add up to. */
type FindersFor = (squares: Float64Array) => readonly ((filter: Float64Array) => NearestSinusoid)[];

/**
 * None, those that are sums of cosines, and the root of one, each without the zeros at its ends, which are prepared once for each number of
 * taps; and what the filters say themselves: sines and cosines of one frequency have squares that add up to that of their window.
 */
function allFinders(): FindersFor {
  const known = new Map<number, ReturnType<typeof prepared>>();
  return (squares) => {
    const { length } = squares;
    const { finder, under } = known.get(length) ?? prepared(length);
    known.set(length, { finder, under });
    return spreadOf(squares) < fewestSpread ? under : [...under, finder(squares.map(Math.sqrt))];
  };
}

function prepared(length: number) {
  const finder = sinusoidFinder(length);
  return { finder, under: windowsOf(length).map(finder) };
}

function windowsOf(length: number): readonly Float64Array[] {
  const cosines = (at: (angle: number) => number) =>
    new Float64Array(length).map((_, tap) => at((2 * Math.PI * (tap + 1)) / (length + 1)));
  return [
    cosines(() => 1),
    cosines((angle) => 0.5 - 0.5 * Math.cos(angle)),
    cosines((angle) => 0.54 - 0.46 * Math.cos(angle)),
    cosines((angle) => 0.42 - 0.5 * Math.cos(angle) + 0.08 * Math.cos(2 * angle)),
    cosines((angle) => Math.sin(angle / 2)),
  ];
}

/** Under a window of fewer taps that count, as where one input is far larger than others, three parameters fit anything. */
const fewestSpread = 8;

/** Over how many taps energy is spread: one where a single tap holds it, all where each holds as much. */
function spreadOf(squares: Float64Array): number {
  const most = largest(squares);
  const shares = squares.map((one) => one / most);
  const sum = shares.reduce((total, one) => total + one, 0);
  return sum ** 2 / shares.reduce((total, one) => total + one ** 2, 0);
}
