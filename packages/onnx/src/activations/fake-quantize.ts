import { activationSite, forwardOf, LowbitError, type FittedSite } from '@lowbit/core';
import type { GraphBuilder } from '../interpreter/graph-builder.js';
import { floatValue } from '../interpreter/graph-value.js';
import { onnxOps } from '../interpreter/onnx-ops.js';

/**
 * Adds the forward pass of a site's quantizer over a matrix, one row for each thing that it sees.
 *
 * @returns The name of the quantized matrix.
 * @throws LowbitError `unsupported-option` for a dynamic quantizer that only integer operators compute, `plugin-failed`.
 */
export function fakeQuantize(site: FittedSite, builder: GraphBuilder, matrix: string): string {
  const { quantizer } = site;
  if (quantizer.dynamic === true && quantizer.forward === undefined) throw integersOnly(site);
  const ops = onnxOps(builder);
  const x = floatValue(builder, matrix);
  try {
    return forwardOf(quantizer)(ops, x, activationSite(ops, site)).floats();
  } catch (cause) {
    throw forwardFailed(site, cause);
  }
}

function integersOnly({ id, quantizer }: FittedSite): LowbitError {
  return new LowbitError({
    code: 'unsupported-option',
    where: `site '${id}'`,
    expected: 'a quantizer with a forward pass of its own, since this one measures on each run',
    received: `'${quantizer.name}'`,
    remedy: "Compute in integers: onnx(bytes, { integers: 'operators' }).",
  });
}

function forwardFailed({ id, quantizer }: FittedSite, cause: unknown): LowbitError {
  return new LowbitError(
    {
      code: 'plugin-failed',
      where: `site '${id}', quantizer '${quantizer.name}'`,
      expected: 'a forward pass',
      received: cause instanceof Error ? cause.message : String(cause),
      remedy: "Report this to the quantizer's author.",
    },
    { cause },
  );
}
