import { bwn, dynamic, minMax, mse } from '@lowbit/baselines';
import { byOp, cascade, everywhere, type Recipe } from '@lowbit/core';
import { registry } from '@lowbit/methods';
import type { OnnxOptions } from '@lowbit/onnx';
import type { Dtype } from './dtypes.js';

/** How a graph is quantized for a dtype. */
export interface DtypeRecipe {
  readonly options: Pick<OnnxOptions, 'optimize' | 'integers' | 'float16'>;
  readonly recipe: Recipe;
}

/** Weights of so many inputs share a scale, as transformers.js' own converter has them. */
const block = 'group:32';

const product = 'MatMul';
const table = 'Gather';

const floats = (float16: boolean): DtypeRecipe => ({
  options: { float16 },
  recipe: { bits: everywhere('float'), registry },
});

/** The scale of each block has the least squared error. */
const symmetric = mse({ grid: 'symmetric' });

/**
 * Weights in blocks that a MatMul unpacks when it runs. Tables of embeddings, which it may share with a Gather, have 8 bits, since in fewer
 * they would cost more than all matrices together, and a scale a row: transformers.js runs graphs in the build of onnxruntime-web for WebGPU,
 * which has no GatherBlockQuantized on WebAssembly. Others stay float.
 */
function blocks(bits: number, float16: boolean, operators: ReadonlySet<string>): DtypeRecipe {
  const includeOps = [product, table].filter((op) => operators.has(op));
  if (!operators.has(product)) return floats(float16);
  const tables = operators.has(table)
    ? [byOp({ [table]: 8 }, { weights: symmetric, granularity: 'channel' })]
    : [];
  return {
    options: { optimize: 'memory', float16 },
    recipe: {
      weights: bits === 1 ? bwn() : symmetric,
      bits: cascade(everywhere(bits), ...tables),
      granularity: block,
      includeOps,
      registry,
      ...(float16 ? { parameterStorage: 'float16' as const } : {}),
    },
  };
}

/** Beside which q8 has unsigned weights: runtimes have no signed ones for convolutions of integers, and are faster so for the others. */
const unsigned = ['Conv', 'MultiHeadAttention', 'GroupQueryAttention'];

/** Products of integers whose inputs are quantized as they come, and weights that nothing multiplies stored in 8 bits. */
const integers = (isSigned: boolean): DtypeRecipe => ({
  options: { integers: 'operators' },
  recipe: {
    weights: isSigned ? minMax({ zeroPoint: 'symmetric', levels: 'odd' }) : minMax({ zeroPoint: 'integer' }),
    bits: 8,
    activations: dynamic(),
    registry,
  },
});

/**
 * The recipe of a dtype, or why there is none.
 *
 * @param operators Those of the graph.
 */
export function dtypeRecipe(dtype: Dtype, operators: ReadonlySet<string>): DtypeRecipe | string {
  switch (dtype) {
    case 'fp32':
      return floats(false);
    case 'fp16':
      return floats(true);
    case 'q8':
      return integers(!unsigned.some((op) => operators.has(op)));
    case 'int8':
      return integers(true);
    case 'uint8':
      return integers(false);
    case 'q4':
    case 'q2':
    case 'q1':
      return blocks(Number(dtype[1]), false, operators);
    case 'q4f16':
    case 'q2f16':
    case 'q1f16':
      return blocks(Number(dtype[1]), true, operators);
    case 'bnb4':
      return 'lowbit does not write MatMulBnb4, which the form consists of; ask for q4';
  }
}
