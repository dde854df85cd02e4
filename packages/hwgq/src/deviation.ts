import type { FitContext, NormalDistribution } from '@lowbit/core/method';

/**
 * The deviation σ that the levels are scaled by: √E[x² | x > 0].
 *
 * For a normal distribution around 0 this is its standard deviation, before a rectifier and behind it, since a
 * rectifier moves no positive value. Around another mean the rule stays close to the best scale: it looks at the
 * values that get a positive level, whatever their share is.
 *
 * Taken from the observed sample; without one from the distribution that batch normalization gives; with
 * neither 1, the paper's setting. 0 where nothing positive was seen: then every level is 0.
 */
export function deviationOf(values: Float32Array, { statistics, normal }: FitContext): number {
  if (statistics !== undefined && values.length > 0) return positiveMagnitude(values);
  return normal === undefined ? 1 : positiveMagnitudeOfNormal(normal);
}

/** √ of the mean square of the positive values; 0 without any. */
function positiveMagnitude(values: Float32Array): number {
  let squares = 0;
  let count = 0;
  for (const value of values) {
    if (!(value > 0)) continue;
    squares += value * value;
    count++;
  }
  return count === 0 ? 0 : Math.sqrt(squares / count);
}

const intervals = 2000;

/**
 * The same of a normal distribution, by Simpson's rule over the positive values that matter: up to 10 deviations above
 * a positive mean; behind a negative one the density falls like exp(−x·|mean| / deviation²).
 */
function positiveMagnitudeOfNormal({ mean, deviation }: NormalDistribution): number {
  if (deviation === 0) return Math.max(mean, 0);
  const end =
    mean >= 0 ? mean + 10 * deviation : Math.min(10 * deviation, (40 * deviation * deviation) / -mean);
  let mass = 0;
  let power = 0;
  for (let i = 0; i <= intervals; i++) {
    const x = (end * i) / intervals;
    const simpson = i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2;
    const weight = simpson * relativeDensity(x, mean, deviation);
    mass += weight;
    power += weight * x * x;
  }
  return Math.sqrt(power / mass);
}

/** The density at x ≥ 0 in units of the largest one there, so that it never vanishes everywhere. */
function relativeDensity(x: number, mean: number, deviation: number): number {
  const exponent = mean >= 0 ? (x - mean) ** 2 : x * (x - 2 * mean);
  return Math.exp(-exponent / (2 * deviation * deviation));
}
