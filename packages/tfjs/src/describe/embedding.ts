import type { FamilyTable } from './layer-family.js';

/** Embedding: `[vocabulary, dimension]`, one row a word; each row owns its parameters. */
export const embedding: FamilyTable = {
  Embedding: {
    kernels: [
      { variable: 'embeddings', kernel: 'embedding', axes: () => ({ outputAxes: [0], inputAxis: 1 }) },
    ],
  },
};
