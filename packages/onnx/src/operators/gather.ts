import { integerAttribute } from '../graph/attributes.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import type { Operator } from './operator.js';
import { table } from './table.js';

/** A table of embeddings [entries, features]; each entry owns its parameters. */
export const gather: Operator = {
  names: ['Gather'],
  takes: 'table',
  roles: (node) => [
    {
      input: 0,
      kernel: 'embedding',
      axes: table(entriesOf(node)),
    },
  ],
  features: (node, { rank }) =>
    entriesOf(node) === 0 ? { batch: 0, channels: [rank - 1] } : { batch: 1, channels: [0] },
  samples: [
    {
      inputs: { w: [64, 24], at: [2, 5] },
      types: { at: DataType.INT64 },
      output: [2, 5, 24],
      weights: { w: { outputAxes: [0], inputAxis: 1 } },
    },
    {
      attributes: { axis: 1 },
      inputs: { w: [24, 64], at: [7] },
      types: { at: DataType.INT64 },
      output: [24, 7],
      weights: { w: { outputAxes: [1], inputAxis: 0 } },
    },
  ],
};

/** The axis of a table that indices count along. */
const entriesOf = (node: NodeProto): 0 | 1 => (integerAttribute(node, 'axis', 0) % 2 === 0 ? 0 : 1);
