import { dynamic, minMax } from '@lowbit/baselines';
import { everywhere, type Batch, type Recipe } from '@lowbit/core';
import type { OnnxOptions } from '@lowbit/onnx';

/** A way of quantizing that every model is tried with. */
export interface StrangersRecipe {
  readonly name: string;
  readonly options: Pick<OnnxOptions, 'optimize' | 'integers' | 'float16'>;
  /** @param batch The inputs of the model's own test. */
  recipe(batch: Batch): Recipe;
}

const weights = minMax();

export const recipes: readonly StrangersRecipe[] = [
  { name: '8 bits', options: {}, recipe: () => ({ weights, bits: 8 }) },
  {
    name: '4 bits in groups of 32, memory',
    options: { optimize: 'memory' },
    recipe: () => ({ weights, bits: 4, granularity: 'group:32' }),
  },
  {
    name: 'dynamic activations',
    options: { integers: 'operators' },
    recipe: () => ({ weights, bits: 8, activations: dynamic() }),
  },
  ...(['operators', 'qdq'] as const).map((integers) => ({
    name: `min-max activations, ${integers}`,
    options: { integers },
    recipe: (batch: Batch) => ({ weights, bits: 8, activations: minMax(), data: [batch] }),
  })),
];

/** No weight is quantized: every model is to compute in float16 where it can. */
export const halfRecipe: StrangersRecipe = {
  name: 'float16',
  options: { float16: true },
  recipe: () => ({ bits: everywhere('float') }),
};
