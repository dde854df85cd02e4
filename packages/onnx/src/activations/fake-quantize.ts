import { isLowbitError, LowbitError } from '@lowbit/core';
import { activationSite, forwardOf, type FittedSite } from '@lowbit/core/adapter';
import type { GraphBuilder } from '../interpreter/graph-builder.js';
import { floatValue, ownValue } from '../interpreter/graph-value.js';
import { measuresRange } from '../sites/uint8-site.js';
import { onnxOps } from '../interpreter/onnx-ops.js';
import { checkForwardShape } from './check-forward-shape.js';

/**
 * Adds the forward pass of a site's quantizer over a matrix, one row for each thing that it sees.
 *
 * @returns The name of the quantized matrix.
 * @throws LowbitError `unsupported-option` for a dynamic quantizer without a forward pass, `plugin-failed`.
 */
export function fakeQuantize(site: FittedSite, builder: GraphBuilder, matrix: string): string {
  const { quantizer } = site;
  if (quantizer.dynamic && quantizer.forward === undefined) throw withoutForward(site);
  const ops = onnxOps(builder);
  const x = floatValue(builder, matrix);
  const result = called(site, () =>
    ownValue(builder, forwardOf(quantizer)(ops, x, activationSite(ops, site))).floats(),
  );
  checkForwardShape(site);
  return result;
}

function called(site: FittedSite, forward: () => string): string {
  try {
    return forward();
  } catch (cause) {
    throw forwardFailed(site, cause);
  }
}

function withoutForward(site: FittedSite): LowbitError {
  const { id, quantizer } = site;
  return new LowbitError({
    code: 'unsupported-option',
    where: `site '${id}'`,
    expected: 'a quantizer with a forward pass of its own, since this one measures on each run',
    received: `'${quantizer.name}'`,
    remedy: measuresRange(site)
      ? "Compute in integers: onnx(bytes, { integers: 'operators' })."
      : 'Give it a function forward, or take another method: integer layers cannot compute it either.',
  });
}

function forwardFailed({ id, quantizer }: FittedSite, cause: unknown): LowbitError {
  return new LowbitError(
    {
      code: 'plugin-failed',
      where: `site '${id}', quantizer '${quantizer.name}'`,
      expected: isLowbitError(cause) ? (cause.expected ?? 'a forward pass') : 'a forward pass',
      received: isLowbitError(cause)
        ? (cause.received ?? cause.message)
        : cause instanceof Error
          ? cause.message
          : String(cause),
      remedy: "Report this to the quantizer's author.",
    },
    { cause },
  );
}
