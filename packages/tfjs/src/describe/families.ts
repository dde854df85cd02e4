import { convolution } from './convolution.js';
import { dense } from './dense.js';
import { depthwise } from './depthwise.js';
import { embedding } from './embedding.js';
import type { FamilyTable } from './layer-family.js';
import { recurrent } from './recurrent.js';
import { transposed } from './transposed.js';

/** Every layer class whose weights can be quantized. */
export const families: FamilyTable = {
  ...dense,
  ...convolution,
  ...transposed,
  ...depthwise,
  ...embedding,
  ...recurrent,
};
