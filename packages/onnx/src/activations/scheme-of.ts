import type { Scheme, SliceParameters } from '@lowbit/core';

/** The parameters of one slice as a scheme with that slice alone. */
export function schemeOf(parameters: SliceParameters): Scheme {
  if (parameters.kind === 'residual') return { ...parameters, order: parameters.scales.length };
  if (parameters.kind === 'codebook') return { ...parameters, levels: parameters.values.length };
  const { offset, scale, ...rest } = parameters;
  return {
    ...rest,
    scale: Float32Array.of(scale),
    ...(offset === undefined ? {} : { offset: Float32Array.of(offset) }),
  };
}
