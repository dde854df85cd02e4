import { fourierOf, type Spectrum } from './fourier.js';

/** The sinusoid that is nearest to some values. */
export interface NearestSinusoid {
  /** |correlation| of the values with it, 0 … 1; 0 where all values are 0. */
  readonly correlation: number;
  /** Radians from one value to the next, 0 … π. */
  readonly frequency: number;
}

/**
 * Finds, for so many values and a window of as many, the w(n)·cos(ωn + φ) of any frequency and phase to which they correlate most: on a
 * grid of frequencies first, four in the width of a line of the spectrum, then between those by the golden section.
 */
export function sinusoidFinder(
  length: number,
): (window: Float64Array) => (values: Float64Array) => NearestSinusoid {
  const transform = fourierOf(2 ** Math.ceil(Math.log2(4 * length)));
  return (window) => withWindow(window, transform);
}

function withWindow(
  window: Float64Array,
  transform: ReturnType<typeof fourierOf>,
): (values: Float64Array) => NearestSinusoid {
  const squares = transform(window.map((w) => w * w));
  const size = squares.real.length;
  const step = (2 * Math.PI) / size;
  return (values) => {
    const energy = values.reduce((sum, value) => sum + value * value, 0);
    if (energy === 0) return { correlation: 0, frequency: 0 };
    const weighed = values.map((value, n) => value * (window[n] as number));
    const [best, onGrid] = highestOnGrid(transform(weighed), squares);
    const between = (frequency: number) => explained(productsOf(weighed, window, frequency));
    const near = highest(between, Math.max(0, best - 1) * step, Math.min(size / 2, best + 1) * step);
    const most = Math.max(onGrid, between(near));
    const correlation = Math.sqrt(Math.min(1, most / energy));
    return { correlation, frequency: most === onGrid ? best * step : near };
  };
}

/** The number of the frequency 0 … size / 2 that explains most, and how much. */
function highestOnGrid(own: Spectrum, squares: Spectrum): readonly [best: number, most: number] {
  let best = 0;
  let most = 0;
  for (let k = 0; k <= own.real.length / 2; k++) {
    const found = explained(productsAt(own, squares, k));
    if (found > most) [best, most] = [k, found];
  }
  return [best, most];
}

/** Products of values x, and of window w, with w·cos and w·sin of one frequency. */
interface Products {
  readonly cosine: number;
  readonly sine: number;
  /** Σ w²·cos², Σ w²·sin², Σ w²·cos·sin */
  readonly cosines: number;
  readonly sines: number;
  readonly mixed: number;
}

/** By spectra, at a frequency of their grid. */
function productsAt(own: Spectrum, squares: Spectrum, k: number): Products {
  const twice = (2 * k) % own.real.length;
  const all = squares.real[0] as number;
  const real = squares.real[twice] as number;
  return {
    cosine: own.real[k] as number,
    sine: -(own.imaginary[k] as number),
    cosines: (all + real) / 2,
    sines: (all - real) / 2,
    mixed: -(squares.imaginary[twice] as number) / 2,
  };
}

function productsOf(weighed: Float64Array, window: Float64Array, frequency: number): Products {
  let [cosine, sine, cosines, sines, mixed] = [0, 0, 0, 0, 0];
  const [turnX, turnY] = [Math.cos(frequency), Math.sin(frequency)];
  let [x, y] = [1, 0];
  for (let n = 0; n < window.length; n++) {
    const value = weighed[n] as number;
    const square = (window[n] as number) ** 2;
    cosine += value * x;
    sine += value * y;
    cosines += square * x * x;
    sines += square * y * y;
    mixed += square * x * y;
    [x, y] = [x * turnX - y * turnY, x * turnY + y * turnX];
  }
  return { cosine, sine, cosines, sines, mixed };
}

/** Σ of the squares of what is nearest among all sums of cosine and sine (least squares). At 0 and π there is no sine. */
function explained({ cosine, sine, cosines, sines, mixed }: Products): number {
  const determinant = cosines * sines - mixed * mixed;
  if (determinant <= 1e-9 * (cosines + sines) ** 2) return cosine ** 2 / cosines;
  return (sines * cosine ** 2 - 2 * mixed * cosine * sine + cosines * sine ** 2) / determinant;
}

const goldenSection = (Math.sqrt(5) - 1) / 2;

/** Where a function with one top in from … to has it, to a hundredth of that width. */
function highest(of: (at: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  let [left, right] = [high - goldenSection * (high - low), low + goldenSection * (high - low)];
  let [atLeft, atRight] = [of(left), of(right)];
  while (high - low > 0.01 * (to - from)) {
    if (atLeft > atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - goldenSection * (high - low);
      atLeft = of(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + goldenSection * (high - low);
      atRight = of(right);
    }
  }
  return (low + high) / 2;
}
