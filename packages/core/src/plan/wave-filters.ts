/**
 * Convolutions that compute a transform: their filters are sampled sines and cosines, mostly times a window, as those of a short-time
 * Fourier transform. What is near 0 in a spectrum is a difference of large numbers, of which quantized filters leave noise alone.
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
  const filters = audible(filtersAlong(values, weight.shape, axis));
  const { from, to } = support(filters);
  if (to - from < fewestTaps - zeroEnds) return undefined;
  const cut = filters.map((filter) => filter.subarray(from, to));
  for (const window of windowsFor(cut, to - from)) {
    const waves = await wavesIn(cut, sinusoidFinder(window), pause);
    // Blurs and slopes are less than a cycle under a window, and no transform.
    const cycles = waves?.filter(({ frequency }) => frequency * (to - from) > 0.9 * 2 * Math.PI) ?? [];
    if (waves !== undefined && 2 * cycles.length >= waves.length) return filters.length;
  }
  return undefined;
}

/** The sinusoid of each filter; `undefined` where one has none. */
async function wavesIn(
  filters: readonly Float64Array[],
  nearest: (filter: Float64Array) => NearestSinusoid,
  pause: () => Promise<void>,
): Promise<readonly NearestSinusoid[] | undefined> {
  const waves: NearestSinusoid[] = [];
  for (const filter of filters) {
    await pause();
    const wave = nearest(filter);
    if (wave.correlation < leastCorrelation) return undefined;
    waves.push(wave);
  }
  return waves;
}

/** The one axis that is neither of outputs nor of inputs and has more than one value, where there is such. */
function tapsAxis({ shape, outputAxes, inputAxis }: FilterAxes): number | undefined {
  if (outputAxes.length === 0) return undefined;
  const others = shape.flatMap((length, axis) =>
    length === 1 || axis === inputAxis || outputAxes.includes(axis) ? [] : axis,
  );
  const [axis] = others;
  return others.length === 1 && (shape[axis as number] as number) >= fewestTaps ? axis : undefined;
}

/** All lines of values along an axis. */
function filtersAlong(values: Float32Array, shape: readonly number[], axis: number): Float64Array[] {
  const length = shape[axis] as number;
  const step = sizeOf(shape.slice(axis + 1));
  return Array.from({ length: values.length / length }, (_, i) => {
    const first = Math.floor(i / step) * length * step + (i % step);
    return Float64Array.from({ length }, (__, tap) => values[first + tap * step] as number);
  });
}

/** Those that are not 0, the strongest first. */
function audible(filters: readonly Float64Array[]): readonly Float64Array[] {
  const energies = filters.map((filter) => filter.reduce((sum, value) => sum + value * value, 0));
  const strongest = energies.reduce((most, energy) => Math.max(most, energy), 0);
  return filters
    .map((filter, i) => ({ filter, energy: energies[i] as number }))
    .filter(({ energy }) => energy > silent * strongest)
    .sort((a, b) => b.energy - a.energy)
    .map(({ filter }) => filter);
}

/** The part in which some filter is not 0: what is around it is no window. */
function support(filters: readonly Float64Array[]): { readonly from: number; readonly to: number } {
  const length = filters[0]?.length ?? 0;
  const taps = Array.from({ length }, (_, tap) => filters.some((filter) => filter[tap] !== 0));
  return { from: Math.max(0, taps.indexOf(true)), to: taps.lastIndexOf(true) + 1 };
}

/**
 * None, those that are sums of cosines, and the root of one, each without the zeros at its ends; and what the filters say
 * themselves: sines and cosines of one frequency have squares that add up to that of their window.
 */
function windowsFor(filters: readonly Float64Array[], length: number): readonly Float64Array[] {
  const squares = Float64Array.from({ length }, (_, tap) =>
    filters.reduce((sum, filter) => sum + (filter[tap] as number) ** 2, 0),
  );
  const cosines = (at: (angle: number) => number) =>
    Float64Array.from({ length }, (_, tap) => at((2 * Math.PI * (tap + 1)) / (length + 1)));
  return [
    cosines(() => 1),
    cosines((angle) => 0.5 - 0.5 * Math.cos(angle)),
    cosines((angle) => 0.54 - 0.46 * Math.cos(angle)),
    cosines((angle) => 0.42 - 0.5 * Math.cos(angle) + 0.08 * Math.cos(2 * angle)),
    cosines((angle) => Math.sin(angle / 2)),
    squares.map(Math.sqrt),
  ];
}
