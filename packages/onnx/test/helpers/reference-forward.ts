import type { ActivationReport, Quantizer, ReportedParameters } from '@lowbit/core';
import {
  activationSite,
  arrayOps,
  forwardOf,
  optionsOf,
  type Observed,
  type SliceParameters,
} from '@lowbit/core/adapter';
import type { ArrayTensor } from '@lowbit/core/method';

/** A forward pass by the array interpreter, as the report of a model says that it was fitted. */
export interface ReferenceForward {
  readonly observed: Observed;
  /** Over a matrix with one row for each thing that the quantizer sees. */
  run(matrix: ArrayTensor): ArrayTensor;
  /** Over a whole value; what sees patches leaves it as it is. */
  whole(x: ArrayTensor): ArrayTensor;
}

export function referenceForward(
  quantizer: Quantizer,
  { bits, fitted }: Pick<ActivationReport, 'bits' | 'fitted'>,
): ReferenceForward {
  const options = optionsOf(quantizer, {});
  const { observes = 'values' } = quantizer;
  const observed = typeof observes === 'function' ? observes(options) : observes;
  const parameters = fitted && typedParameters(fitted.parameters);
  const fittedSite = { id: 'site', bits, quantizer, options, ...(parameters && { parameters }) };
  const site = activationSite(arrayOps, fittedSite);
  const run = (x: ArrayTensor) => forwardOf(quantizer)(arrayOps, x, site);
  return {
    observed,
    run,
    whole(x) {
      if (observed === 'patches') return x;
      const rows = observed === 'values' ? 1 : x.shape[0]!;
      return { ...run({ shape: [rows, x.data.length / rows], data: x.data }), shape: x.shape };
    },
  };
}

function typedParameters(reported: ReportedParameters): SliceParameters {
  if (reported.kind === 'affine') return reported;
  if (reported.kind === 'residual') return { kind: 'residual', scales: Float32Array.from(reported.scales) };
  const { values, thresholds } = reported;
  return {
    kind: 'codebook',
    values: Float32Array.from(values),
    ...(thresholds === undefined ? {} : { thresholds: Float32Array.from(thresholds) }),
  };
}
