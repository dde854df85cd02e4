/** Real and imaginary parts of a spectrum. */
export interface Spectrum {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/**
 * The discrete Fourier transform Σ xₙ·e^(−2πi·kn/size), k = 0 … size − 1, of values with zeros behind them, by halves (Cooley and
 * Tukey, 1965).
 *
 * @param size A power of two, at least the number of values.
 */
export function fourierOf(size: number): (values: ArrayLike<number>) => Spectrum {
  const angles = Float64Array.from({ length: size / 2 }, (_, k) => (2 * Math.PI * k) / size);
  const turns: Spectrum = { real: angles.map(Math.cos), imaginary: angles.map((angle) => -Math.sin(angle)) };
  const places = Uint32Array.from({ length: size }, (_, n) => reversed(n, Math.log2(size)));
  return (values) => {
    const spectrum = { real: new Float64Array(size), imaginary: new Float64Array(size) };
    for (let n = 0; n < values.length; n++) spectrum.real[places[n] as number] = values[n] as number;
    for (let half = 1; half < size; half *= 2) joinHalves(spectrum, half, turns);
    return spectrum;
  };
}

/** Makes transforms of 2·half values of those of their even and odd halves, in place. */
function joinHalves({ real, imaginary }: Spectrum, half: number, turns: Spectrum): void {
  const size = real.length;
  const stride = size / (2 * half);
  for (let k = 0; k < half; k++) {
    const cosine = turns.real[k * stride] as number;
    const sine = turns.imaginary[k * stride] as number;
    for (let even = k; even < size; even += 2 * half) {
      const odd = even + half;
      const x = (real[odd] as number) * cosine - (imaginary[odd] as number) * sine;
      const y = (real[odd] as number) * sine + (imaginary[odd] as number) * cosine;
      real[odd] = (real[even] as number) - x;
      imaginary[odd] = (imaginary[even] as number) - y;
      real[even] = (real[even] as number) + x;
      imaginary[even] = (imaginary[even] as number) + y;
    }
  }
}

/** A number of so many bits with its bits in the other order. */
function reversed(n: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) result |= ((n >>> bit) & 1) << (bits - 1 - bit);
  return result;
}
