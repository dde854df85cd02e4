import type { StorageNote } from '@lowbit/core';
import { writeConvInteger } from './conv-integer.js';
import type { IntegerEdit } from './integer-edit.js';
import { noteOf, type StaticWork } from './integer-work.js';
import { writeMatMulInteger } from './products.js';
import { quantizedInputs } from './quantized-inputs.js';

/** Writes each layer on its own, by operators that multiply integers: 8-bit inputs with fixed ranges, float results. */
export function writeOperators(work: readonly StaticWork[], edit: IntegerEdit): StorageNote[] {
  const inputs = quantizedInputs(edit);
  return work.map((one) => {
    const { layer, input } = one;
    const value = inputs.quantized(one);
    const [, zero] = edit.parameters(layer.input, input);
    const write = layer.op === 'Conv' ? writeConvInteger : writeMatMulInteger;
    return noteOf(one, write(one, { value, zero, factor: input.scale }, edit), edit);
  });
}
