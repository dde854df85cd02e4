import { DataType } from '../schema/proto.js';
import { runtimeDomain } from '../target/versions.js';
import type { Operator } from './operator.js';
import { table } from './table.js';

const row = { outputAxes: [0], inputAxis: 1 };

/** The normalized sum of rows of three tables [entries, features]: of words, of positions, and of segments. */
export const embedLayerNormalization: Operator = {
  names: ['EmbedLayerNormalization'],
  domain: runtimeDomain.name,
  takes: 'each',
  roles: () => [2, 3, 4].map((input) => ({ input, kernel: 'embedding', axes: table(0) })),
  samples: [
    {
      inputs: {
        ids: [2, 5],
        segments: [2, 5],
        w: [64, 32],
        w2: [32, 32],
        w3: [40, 32],
        gamma: [32],
        beta: [32],
      },
      types: { ids: DataType.INT32, segments: DataType.INT32 },
      output: [2, 5, 32],
      besides: ['mask'],
      weights: { w: row, w2: row, w3: row },
    },
  ],
};
