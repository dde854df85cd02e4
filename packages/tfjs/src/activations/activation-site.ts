import { siteParameters, type FittedSite, type Scheme, type Site, type SliceParameters } from '@lowbit/core';
import type * as tf from '@tensorflow/tfjs-core';
import { tfjsOps } from '../ops/tfjs-ops.js';

/** The site as a forward pass takes it; parameters that are measured on each call are an empty residual scheme. */
export function siteOf({ bits, options, parameters }: FittedSite): Site<tf.Tensor> {
  return {
    role: 'activation',
    bits,
    options,
    parameters:
      parameters === undefined
        ? { kind: 'residual', scales: [] }
        : siteParameters(tfjsOps, schemeOf(parameters), 1),
  };
}

/** The scheme of a single slice. */
function schemeOf(parameters: SliceParameters): Scheme {
  if (parameters.kind === 'affine') {
    const { levels, scale, offset } = parameters;
    const rest = offset === undefined ? {} : { offset: Float32Array.of(offset) };
    return { kind: 'affine', levels, scale: Float32Array.of(scale), ...rest };
  }
  if (parameters.kind === 'residual')
    return { kind: 'residual', order: parameters.scales.length, scales: parameters.scales };
  const { values, thresholds } = parameters;
  return {
    kind: 'codebook',
    levels: values.length,
    values,
    ...(thresholds === undefined ? {} : { thresholds }),
  };
}
