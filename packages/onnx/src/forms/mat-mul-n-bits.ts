import type { QuantizedTensor } from '@lowbit/core';
import type { ZeroPointForm } from '@lowbit/core/adapter';
import type { WeightSite } from '../describe/weight-site.js';
import { multiplied, productsUnfit } from './multiplied.js';
import { addScales, packedParameters } from './packed-parameters.js';
import { DataType } from '../schema/proto.js';
import { matMulNBitsFits } from '../target/packed-operators.js';
import type { Target } from '../target/target.js';
import { centredCodes } from './centred-codes.js';
import type { Fragment } from './fragment.js';
import { groupLayout, type PackedBits, packGroups, packZeroPoints } from './group-layout.js';
import { type FormSample, type PackedForm, type Replacement, takesGroups } from './packed-form.js';
import { packedProducts, transposed } from './packed-products.js';

/** Products with packed groups: `com.microsoft.MatMulNBits`. */
export const matMulNBits: PackedForm = {
  name: 'MatMulNBits',
  kept: ({ runtime }) =>
    runtime?.provider === 'webgpu'
      ? 'stays packed in memory and is multiplied as it is'
      : 'stays packed in memory and is multiplied as it is, which takes longer than floats on WebAssembly',
  takes(site, target) {
    const taken = multiplied(site);
    if (taken === undefined) return undefined;
    const { along, type } = taken;
    const fits = (bits: number, group: number, length: number) =>
      matMulNBitsFits(bits, group, length, target, { type });
    return takesGroups(site, { along, fits });
  },
  refusal: productsUnfit,
  pack: multiplyPacked,
  samples: [
    sample({ bits: 4, granularity: 'group:32', inputs: { x: [3, 80], w: [80, 24] } }),
    sample({ bits: 8, granularity: 'group:16', inputs: { x: [3, 64], w: [64, 24] } }),
    sample({ bits: 2, granularity: 'group:64', inputs: { x: [3, 256], w: [256, 24] } }),
    {
      operator: 'Gemm',
      attributes: { transB: 1 },
      inputs: { x: [3, 64], w: [24, 64] },
      output: [3, 24],
      bits: 4,
      granularity: 'group:16',
    },
    {
      operator: 'FusedMatMul',
      attributes: { transB: 1 },
      inputs: { x: [3, 64], w: [24, 64] },
      output: [3, 24],
      bits: 4,
      granularity: 'group:16',
    },
    {
      operator: 'Einsum',
      attributes: { equation: 'bsd,dh->bsh' },
      inputs: { x: [2, 3, 64], w: [64, 24] },
      output: [2, 3, 24],
      bits: 4,
      granularity: 'group:32',
    },
  ],
};

function sample(parts: Pick<FormSample, 'bits' | 'granularity' | 'inputs'>): FormSample {
  return { operator: 'MatMul', output: [3, 24], ...parts };
}

/**
 * Every product that the weight feeds becomes `com.microsoft.MatMulNBits` with the
 * same name and outputs. Returns what each node becomes, or `undefined` when the operator does not fit: it takes a
 * matrix as second factor, groups along the axis that products run along, and integer zero points, which are left out where
 * all can be its default. Scales have the type in which products take the matrix.
 */
function multiplyPacked(
  to: Fragment,
  site: WeightSite,
  tensor: QuantizedTensor,
  target: Target,
): Replacement | undefined {
  const { shape, slicing, bits } = tensor;
  const taken = multiplied(site);
  if (taken === undefined || slicing === 'tensor' || !('along' in slicing)) return undefined;
  const { along, type, casts } = taken;
  if (slicing.along !== along) return undefined;
  const [rows, columns] = [shape[along], shape[1 - along]] as [number, number];
  const parameters = packedParameters(tensor, type);
  if (parameters === undefined) return undefined;
  const { exact, stored } = parameters;
  const centred = centredCodes(tensor, exact, bits);
  const zeroPoints = centred === undefined;
  if (!matMulNBitsFits(bits, slicing.group, rows, target, { zeroPoints, type })) return undefined;
  const layout = groupLayout([rows, columns], slicing.group, bits as PackedBits);
  const { groups } = layout;
  const form = along === 0 ? (centred ?? exact) : byRows(centred ?? exact, columns);
  const inputs = [
    to.constant('codes', DataType.UINT8, [columns, groups, layout.bytesPerGroup], packGroups(form, layout)),
    addScales(to, transposed(form.scale, groups), [columns * groups], type, tensor),
  ];
  if (centred === undefined) {
    const zeros = packZeroPoints(form, layout);
    inputs.push(to.constant('zero', DataType.UINT8, [zeros.length], zeros));
  }
  const attributes = { K: rows, N: columns, bits, block_size: slicing.group };
  const nodes = packedProducts(to, site, casts, { op: 'MatMulNBits', inputs, attributes, biasAt: 5 });
  return { form: 'MatMulNBits', storedBits: bits, nodes, stored, type };
}

/** Codes and parameters of a matrix of so many columns, [columns, rows], as those of [rows, columns]. */
const byRows = ({ codes, scale, zeroPoints }: ZeroPointForm, columns: number): ZeroPointForm => ({
  codes: transposed(codes, columns),
  scale: transposed(scale, columns),
  zeroPoints: transposed(zeroPoints, columns),
});
