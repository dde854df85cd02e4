import { lastIsOutput, type FamilyTable } from './layer-family.js';

/** Dense: `[in, out]`. */
export const dense: FamilyTable = {
  Dense: { kernels: [{ variable: 'kernel', kernel: 'kernel', axes: lastIsOutput }], positions: 'output' },
};
