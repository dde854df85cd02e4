import type { StorageNote } from '@lowbit/core';
import { writeConvInteger } from './conv-integer.js';
import type { IntegerEdit } from './integer-edit.js';
import { noteOf, type StaticWork } from './integer-work.js';
import { biasFits, writeDequantizedWeight } from './quantized-products.js';
import { quantizedInputs } from './quantized-inputs.js';
import { biasTooLarge } from './reasons.js';

/**
 * Writes each layer on its own: 8-bit inputs with fixed ranges, float results. Convolutions become `ConvInteger`;
 * products get dequantized operands, which the runtime fuses to one integer operator with float results.
 */
export function writeOperators(
  work: readonly StaticWork[],
  edit: IntegerEdit,
  reasons: Map<string, string>,
): StorageNote[] {
  const inputs = quantizedInputs(edit);
  return work.flatMap((one) => {
    const { layer, input } = one;
    if (layer.op === 'Conv') {
      const [, zero] = edit.parameters(layer.input, input);
      const value = inputs.quantized(one);
      return [noteOf(one, writeConvInteger(one, { value, zero, factor: input.scale }, edit), edit)];
    }
    if (biasFits(one, edit.graph)) {
      return [
        noteOf(
          one,
          writeDequantizedWeight(one, () => inputs.dequantized(one), edit),
          edit,
        ),
      ];
    }
    reasons.set(layer.weight.id, biasTooLarge);
    return [];
  });
}
