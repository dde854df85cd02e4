import {
  arrayOps,
  encode,
  forwardOf,
  resolveOptions,
  siteParameters,
  type ActivationReport,
  type ArrayTensor,
  type Grain,
  type Quantizer,
  type ReportedParameters,
  type SiteParameters,
  type SliceParameters,
} from '@lowbit/core';

/** A forward pass by the array interpreter, as the report of a model says that it was fitted. */
export interface ReferenceForward {
  readonly grain: Grain;
  /** Over a matrix with one row for each thing that the quantizer sees. */
  run(matrix: ArrayTensor): ArrayTensor;
  /** Over a whole value; what sees patches leaves it as it is. */
  whole(x: ArrayTensor): ArrayTensor;
}

export function referenceForward(
  quantizer: Quantizer,
  { bits, fitted }: Pick<ActivationReport, 'bits' | 'fitted'>,
): ReferenceForward {
  const options = resolveOptions(quantizer.options ?? {}, { ...quantizer.configured }, quantizer.name);
  const { sees = 'values' } = quantizer;
  const grain = typeof sees === 'function' ? sees(options) : sees;
  const parameters = parametersOf(fitted?.parameters, bits);
  const run = (x: ArrayTensor) =>
    forwardOf(quantizer)(arrayOps, x, { role: 'activation', bits, options, parameters });
  return {
    grain,
    run,
    whole(x) {
      if (grain === 'patches') return x;
      const rows = grain === 'values' ? 1 : x.shape[0]!;
      return { ...run({ shape: [rows, x.data.length / rows], data: x.data }), shape: x.shape };
    },
  };
}

function parametersOf(reported: ReportedParameters | undefined, bits: number): SiteParameters<ArrayTensor> {
  if (reported === undefined) return { kind: 'residual', scales: [] };
  const fitted = typedParameters(reported);
  const { scheme } = encode(Float32Array.of(0), [1], 'tensor', { bits, fit: () => fitted });
  return siteParameters(arrayOps, scheme, 1);
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
