import { bwn, dynamic, minMax, mse, nf4 } from '@lowbit/baselines';
import { type BitwidthPolicy, byOp, cascade, everywhere, type Quantizer, type Recipe } from '@lowbit/core';
import { choosePluginOf, defined } from '@lowbit/core/adapter';
import { registry } from '@lowbit/methods';
import type { OnnxOptions } from '@lowbit/onnx';
import { dividingBlocks } from './dividing-blocks.js';
import type { Dtype } from './dtypes.js';

/** How a graph is quantized for a dtype. */
export interface DtypeRecipe {
  /** What becomes of weights: blocks that a product unpacks, integers that are multiplied, or nothing. */
  readonly form: 'blocks' | 'integers' | 'floats';
  readonly options: Pick<OnnxOptions, 'optimize' | 'integers' | 'float16'>;
  readonly recipe: Recipe;
  /** What stays so where somebody's own policy spends a budget on all else. */
  readonly held?: BitwidthPolicy;
}

const product = 'MatMul';
/** What looks up rows of embeddings. */
export const table = 'Gather';

const floats = (float16: boolean): DtypeRecipe => ({
  form: 'floats',
  options: { float16 },
  recipe: { bits: everywhere('float'), registry },
});

/** The scale of each block has the least squared error. */
const symmetric = mse({ grid: 'symmetric' });

/** How weights of a product are held in blocks. */
interface Blocks {
  readonly bits: number;
  readonly weights: Quantizer;
  /** So many weights share a scale, as transformers.js' own converter has them. */
  readonly block: number;
  /** Whether the operator has no last block that is short. */
  readonly isWhole: boolean;
  /** Bits of tables of embeddings. */
  readonly tables: TableBits;
  readonly float16: boolean;
}

/** How tables of embeddings are held beside products in blocks. */
export type TableBits = 8 | 'float';

const evenly = (bits: number, float16: boolean, tables: TableBits): Blocks => ({
  bits,
  weights: bits === 1 ? bwn() : symmetric,
  block: 32,
  isWhole: bits !== 4,
  tables,
  float16,
});

/**
 * Weights in blocks that a MatMul unpacks when it runs. Tables of embeddings, which it may share with a Gather, have 8 bits or none: in fewer
 * they would cost more than all matrices together, and a scale a row: transformers.js runs graphs in the build of onnxruntime-web for WebGPU,
 * which has no GatherBlockQuantized on WebAssembly. Others stay float.
 */
function blocks(
  { bits, weights, block, isWhole, tables: tableBits, float16 }: Blocks,
  operators: ReadonlySet<string>,
): DtypeRecipe {
  const includeOps = [product, table].filter((op) => operators.has(op));
  if (!operators.has(product)) return floats(float16);
  const tables = operators.has(table)
    ? [byOp({ [table]: tableBits }, { weights: symmetric, granularity: 'channel' })]
    : [];
  return {
    form: 'blocks',
    options: { optimize: 'memory', float16 },
    held: cascade(...tables),
    recipe: {
      weights,
      bits: cascade(everywhere(bits), ...(isWhole ? [dividingBlocks(block)] : []), ...tables),
      granularity: `group:${block}`,
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
  form: 'integers',
  options: { integers: 'operators' },
  recipe: {
    weights: isSigned ? minMax({ zeroPoint: 'symmetric', levels: 'odd' }) : minMax({ zeroPoint: 'integer' }),
    bits: 8,
    activations: dynamic(),
    registry,
  },
});

/** Operators of a graph. */
export interface GraphOperators {
  /** Those that have weights which can be quantized. */
  readonly weighted: ReadonlySet<string>;
  readonly all: ReadonlySet<string>;
}

/** The recipe of a dtype; tables are float anyway where it is `bnb4`. */
export function dtypeRecipe(
  dtype: Dtype,
  { weighted: operators, all }: GraphOperators,
  tables: TableBits = 8,
): DtypeRecipe {
  switch (dtype) {
    case 'fp32':
      return floats(false);
    case 'fp16':
      return floats(true);
    case 'q8':
      return integers(!unsigned.some((op) => all.has(op)));
    case 'int8':
      return integers(true);
    case 'uint8':
      return integers(false);
    case 'q4':
    case 'q2':
    case 'q1':
      return blocks(evenly(Number(dtype[1]), false, tables), operators);
    case 'q4f16':
    case 'q2f16':
    case 'q1f16':
      return blocks(evenly(Number(dtype[1]), true, tables), operators);
    case 'bnb4':
      return blocks(
        { bits: 4, weights: nf4(), block: 64, isWhole: true, tables: 'float', float16: false },
        operators,
      );
  }
}

/**
 * The recipe of a dtype with settings of somebody's own, which win: a policy is asked after that of the dtype, a number of bits is in its
 * place, and so is a policy that spends a budget, but for tables. What tells of bits, blocks and methods has no place where all weights become 8-bit integers or stay float.
 */
export function withOwn({ form, recipe, held }: DtypeRecipe, own: Partial<Recipe>): Recipe {
  const { bits, weights, granularity, parameterStorage, ...others } = own;
  if (form !== 'blocks') return { ...recipe, ...others };
  const chosen = { ...recipe, ...others, ...defined({ weights, granularity, parameterStorage }) };
  if (bits === undefined || typeof bits === 'number') return { ...chosen, ...defined({ bits }) };
  const policy = typeof bits === 'string' ? namedPolicy(bits, chosen.registry) : bits;
  const before = policy.budget === undefined ? recipe.bits : held;
  return { ...chosen, bits: typeof before === 'object' ? cascade(before, policy) : policy };
}

function namedPolicy(name: string, registry: Recipe['registry']): BitwidthPolicy {
  const { plugin, options } = choosePluginOf('policy', name, registry);
  return { ...plugin, configured: options };
}
