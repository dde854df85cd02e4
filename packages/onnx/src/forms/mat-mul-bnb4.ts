import type { QuantizedTensor } from '@lowbit/core';
import { type CodebookScheme, roundToFloat16 } from '@lowbit/core/adapter';
import type { WeightSite } from '../describe/weight-site.js';
import { DataType } from '../schema/proto.js';
import { matMulBnb4Fits } from '../target/packed-operators.js';
import type { Target } from '../target/target.js';
import { packColumns } from './bit-layout.js';
import type { Fragment } from './fragment.js';
import { multiplied } from './multiplied.js';
import { addScales } from './packed-parameters.js';
import type { FormSample, PackedForm, Replacement } from './packed-form.js';
import { packedProducts, transposed } from './packed-products.js';

/** What the operator expands codes to where its `quant_type` is 1: quantiles of a normal distribution, divided by the largest. */
const normalLevels = Float32Array.of(
  ...[-1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453],
  ...[-0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0],
  ...[0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224],
  ...[0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1],
);

/** Products with packed groups of 4-bit NormalFloat: `com.microsoft.MatMulBnb4`. */
export const matMulBnb4: PackedForm = {
  name: 'MatMulBnb4',
  kept: () => 'stays packed in memory and is decoded whole on every run, which takes longer than floats',
  pack: multiplyPacked,
  samples: [
    sample('MatMul', [128, 24], 'group:64'),
    sample('MatMul', [96, 24], 'group:16'),
    { ...sample('Gemm', [24, 64], 'group:32'), attributes: { transB: 1 } },
  ],
};

function sample(
  operator: string,
  w: readonly [number, number],
  granularity: FormSample['granularity'],
): FormSample {
  const inputs = { x: [3, operator === 'Gemm' ? w[1] : w[0]], w: [...w] };
  return { operator, inputs, output: [3, 24], bits: 4, granularity, codebook: [...normalLevels] };
}

/**
 * Every product that the weight feeds becomes `com.microsoft.MatMulBnb4`; `undefined` for other levels than its own, and a text for blocks that
 * it does not have, or of which the last is short: the operator's blocks go on in the next column.
 */
function multiplyPacked(
  to: Fragment,
  site: WeightSite,
  tensor: QuantizedTensor,
  target: Target,
): Replacement | string | undefined {
  const { shape, slicing, scheme, codes } = tensor;
  const taken = multiplied(site);
  if (taken === undefined || slicing === 'tensor' || !('along' in slicing)) return undefined;
  if (scheme.kind !== 'codebook' || scheme.scale === undefined || !hasNormalLevels(scheme)) return undefined;
  const { along, type, casts } = taken;
  const [rows, columns] = [shape[along], shape[1 - along]] as [number, number];
  if (slicing.along !== along) return undefined;
  if (!matMulBnb4Fits(slicing.group, rows, target)) return unfitBlocks(rows, target);
  const scale = type === DataType.FLOAT ? scheme.scale : scheme.scale.map(roundToFloat16);
  const groups = rows / slicing.group;
  const packed =
    along === 0 ? packColumns(codes, rows, columns, 4) : packColumns(codes, rows * columns, 1, 4);
  const byColumns = along === 0 ? transposed(scale, groups) : scale;
  const inputs = [
    to.constant('codes', DataType.UINT8, [packed.length], packed.map(withFirstOnTop)),
    addScales(to, byColumns, [columns * groups], type, tensor),
  ];
  const attributes = { K: rows, N: columns, block_size: slicing.group, quant_type: 1 };
  const nodes = packedProducts(to, site, casts, { op: 'MatMulBnb4', inputs, attributes });
  const stored = { ...tensor, scheme: { ...scheme, scale } };
  return { form: 'MatMulBnb4', storedBits: 4, nodes, stored, type };
}

const unfitBlocks = (rows: number, { runtime }: Target): string =>
  runtime?.provider === 'webgpu'
    ? 'WebGPU has no MatMulBnb4'
    : `MatMulBnb4 takes blocks of 16, 32, 64, 128 or 256 that divide a column, which has ${rows} values`;

/** The operator has the first of two codes in the upper half of a byte. */
const withFirstOnTop = (byte: number): number => (byte << 4) | (byte >> 4);

const hasNormalLevels = ({ values }: CodebookScheme): boolean =>
  values.length === normalLevels.length && values.every((value, at) => value === normalLevels[at]);
