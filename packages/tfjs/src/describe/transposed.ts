import type { FamilyTable, LayerFamily } from './layer-family.js';

const family: LayerFamily = {
  kernels: [
    {
      variable: 'kernel',
      kernel: 'kernel',
      axes: (rank) => ({ outputAxes: [rank - 2], inputAxis: rank - 1 }),
    },
  ],
  positions: 'input',
};

/** Transposed convolutions: `[height, width, out, in]`, `[depth, height, width, out, in]`. */
export const transposed: FamilyTable = { Conv2DTranspose: family, Conv3DTranspose: family };
