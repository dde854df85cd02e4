import { sizeOf } from '@lowbit/core/adapter';
import { integerAttribute } from '../graph/attributes.js';
import type { NodeProto } from '../schema/proto.js';
import type { Operator } from './operator.js';

/** Smaller tables are something else: classes, positions of a window, parameters. */
const least = { rows: 16, values: 1024 };

/** A table of embeddings [entries, features]; each entry owns its parameters. */
export const gather: Operator = {
  names: ['Gather'],
  takes: 'table',
  roles: (node) => [
    {
      input: 0,
      kernel: 'embedding',
      axes: (shape) => {
        const entries = entriesOf(node);
        if (shape.length !== 2 || shape[1 - entries] === 1) return noTable;
        const [rows, values] = [shape[entries] as number, sizeOf(shape)];
        if (rows < least.rows || values < least.values) return smallTable(rows, values);
        return { shape, outputAxes: [entries], inputAxis: 1 - entries };
      },
    },
  ],
  features: (node, { rank }) =>
    entriesOf(node) === 0 ? { batch: 0, channels: [rank - 1] } : { batch: 1, channels: [0] },
  samples: [
    {
      inputs: { w: [64, 24], at: [2, 5] },
      output: [2, 5, 24],
      weights: { w: { outputAxes: [0], inputAxis: 1 } },
    },
    {
      attributes: { axis: 1 },
      inputs: { w: [24, 64], at: [7] },
      output: [24, 7],
      weights: { w: { outputAxes: [1], inputAxis: 0 } },
    },
  ],
};

/** The axis of a table that indices count along. */
const entriesOf = (node: NodeProto): 0 | 1 => (integerAttribute(node, 'axis', 0) % 2 === 0 ? 0 : 1);

/** Why a constant is no table at all. */
export const noTable = 'the constant is not a table with several values an entry';

const smallTable = (rows: number, values: number): string =>
  `a table of ${rows} rows and ${values} values is too small for an embedding, which has at least 16 rows and 1,024 values`;
