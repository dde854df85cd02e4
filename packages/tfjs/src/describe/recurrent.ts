import { lastIsOutput, type FamilyTable, type LayerFamily } from './layer-family.js';

const family: LayerFamily = {
  kernels: [
    { variable: 'kernel', kernel: 'kernel', axes: lastIsOutput },
    { variable: 'recurrent_kernel', kernel: 'recurrent', axes: lastIsOutput },
  ],
  positions: 'input',
};

/** Recurrent layers: kernel `[in, gates · units]`, recurrent kernel `[units, gates · units]`. */
export const recurrent: FamilyTable = { SimpleRNN: family, GRU: family, LSTM: family };
