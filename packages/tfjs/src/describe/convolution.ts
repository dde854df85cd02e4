import { lastIsOutput, type FamilyTable, type LayerFamily } from './layer-family.js';

const family: LayerFamily = {
  kernels: [{ variable: 'kernel', kernel: 'kernel', axes: lastIsOutput }],
  positions: 'output',
};

/** Convolutions: `[width, in, out]`, `[height, width, in, out]`, `[depth, height, width, in, out]`. */
export const convolution: FamilyTable = { Conv1D: family, Conv2D: family, Conv3D: family };
