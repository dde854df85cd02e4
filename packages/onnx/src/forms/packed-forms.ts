import { dequantizeLinear } from './dequantize.js';
import { gatherBlockQuantized } from './gather-block-quantized.js';
import { gatherRows } from './gather-rows.js';
import { matMulBnb4 } from './mat-mul-bnb4.js';
import { matMulNBits } from './mat-mul-n-bits.js';
import type { PackedForm } from './packed-form.js';

/** The forms in which weights stay packed, in the order in which they are tried. */
export const packedForms: readonly PackedForm[] = [
  matMulNBits,
  matMulBnb4,
  gatherBlockQuantized,
  gatherRows,
  dequantizeLinear,
];

/** Whether weights of a form, as a report names it, stay packed in memory. */
export const isPackedForm = (form: string): boolean =>
  packedForms.some(({ name }) => form.split('→')[0] === name);
