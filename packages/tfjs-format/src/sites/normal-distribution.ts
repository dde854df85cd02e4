import { checkArgument, type NormalDistribution } from '@lowbit/core/adapter';

/** Layers that change a normal distribution as a rectifier does, that only choose among its values, or do nothing when a model is used. */
const passing = new Set(
  (
    'Activation ReLU LeakyReLU MaxPooling1D MaxPooling2D Dropout Flatten Reshape ZeroPadding2D ' +
    'SpatialDropout1D SpatialDropout2D GaussianDropout GaussianNoise AlphaDropout ActivityRegularization Identity'
  ).split(' '),
);

/** Whether what a layer gives is still told by the distribution of what it takes. */
export function keepsDistribution(className: string): boolean {
  return passing.has(className);
}

/**
 * The distribution that batch normalization gives a tensor, before any rectifier: over all channels, the mean of β and the standard
 * deviation of the mixture of normal distributions N(βᵢ, γᵢ²).
 *
 * @param gammas γ of each channel; one that is 1 where there are none.
 * @param betas β of each channel; one that is 0 where there are none.
 */
export function normalizedDistribution(
  gammas: Float32Array = Float32Array.of(1),
  betas: Float32Array = Float32Array.of(0),
): NormalDistribution {
  for (const [name, values] of Object.entries({ gammas, betas })) {
    const fits = values instanceof Float32Array && values.length > 0;
    checkArgument(fits, values, {
      where: `normalizedDistribution(${name})`,
      expected: 'a Float32Array with a value for each channel',
    });
  }
  const mean = average(betas);
  const variance =
    average(gammas.map((scale) => scale * scale)) + average(betas.map((shift) => (shift - mean) ** 2));
  return { mean, deviation: Math.sqrt(variance) };
}

function average(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}
