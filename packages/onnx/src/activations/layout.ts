import type { Grain } from '@lowbit/core';
import { integerAttribute } from '../describe/attributes.js';
import type { ActivationInput } from './activation-input.js';
import { convGeometry, type ConvGeometry } from './conv-geometry.js';

/** How an activation is laid out as the rows of a matrix: in place, or as the patches of a convolution. */
export type Layout = { readonly rows: readonly [number, number] } | { readonly patches: ConvGeometry };

/** The layout that a quantizer asks for in front of an operator, or why there is none. */
export function layoutOf(grain: Grain, input: ActivationInput): Layout | string {
  const { node, weight, index, isDirect } = input;
  if (grain === 'values') return { rows: [1, -1] };
  const turned = index === 1 || (node.opType === 'Gemm' && integerAttribute(node, 'transA', 0) !== 0);
  if (turned) return `its first axis is not that of the ${grain}`;
  if (grain === 'samples') return { rows: [0, -1] };
  if (!isDirect)
    return 'the weight passes through other operators first, so that the size of a patch is open';
  const dims = weight.source.tensor.dims.map(Number);
  if (node.opType === 'Conv') return { patches: convGeometry(node, dims) };
  const flipped = node.opType === 'Gemm' && integerAttribute(node, 'transB', 0) !== 0;
  return { rows: [-1, dims.at(flipped ? -1 : -2) as number] };
}
