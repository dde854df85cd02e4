import type { ExpandedWeights } from '@lowbit/report/text';
import { isPacked, storedForm, type WeightSpec } from '@lowbit/tfjs-format';
import { rollups, sum } from 'd3-array';

/** Which weights a manifest holds in fewer bits, by form. Those that lowbit packed are never expanded to be quantized again. */
export function expandedWeights(specs: readonly WeightSpec[]): readonly ExpandedWeights[] {
  const small = specs.filter((spec) => spec.quantization !== undefined && !isPacked(spec));
  return rollups(small, (group) => ({ weights: group.length, values: sum(group, valuesOf) }), storedForm).map(
    ([form, counts]) => ({ form, ...counts }),
  );
}

function valuesOf({ shape }: WeightSpec): number {
  return shape.reduce((product, size) => product * size, 1);
}
