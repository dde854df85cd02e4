import { sizeOf } from '@lowbit/core/adapter';
import { integerAttribute } from '../graph/attributes.js';
import type { NodeProto } from '../schema/proto.js';
import { type LinearShape, type Operator, vector } from './operator.js';
import { transposedRows } from './window.js';

/** Weight [cin, cout / group, kernel…]; with groups it is seen as [group, cin / group, cout / group, kernel…]. */
export const convTranspose: Operator = {
  names: ['ConvTranspose'],
  takes: 'each',
  roles: (node) => [
    {
      input: 1,
      kernel: 'kernel',
      axes: (shape) => {
        const [inputs = 0, ...rest] = shape;
        const group = groupsOf(node);
        if (shape.length < 3) return vector;
        if (group < 1 || inputs % group !== 0)
          return `${group} groups do not divide the input channels of the weight`;
        if (group === 1) return { shape, outputAxes: [1], inputAxis: 0 };
        return { shape: [group, inputs / group, ...rest], outputAxes: [0, 2], inputAxis: 1 };
      },
    },
  ],
  features: () => ({ batch: 0, channels: [1] }),
  linear,
  inputRows: (node, { dims }) => transposedRows(node, dims.slice(groupsOf(node) === 1 ? 2 : 3)),
  // The dimensions of one with groups have one more.
  bias: (node, { dims }) => ({ input: 2, axis: (groupsOf(node) === 1 ? 1 : 2) - dims.length }),
  samples: [
    {
      inputs: { x: [1, 16, 5, 5], w: [16, 12, 2, 2] },
      output: [1, 12, 6, 6],
      weights: { w: { outputAxes: [1], inputAxis: 0 } },
    },
    {
      attributes: { group: 2 },
      inputs: { x: [1, 16, 5, 5], w: [16, 8, 3, 3] },
      output: [1, 16, 7, 7],
      weights: { w: { shape: [2, 8, 8, 3, 3], outputAxes: [0, 2], inputAxis: 1 } },
    },
  ],
};

const groupsOf = (node: NodeProto): number => integerAttribute(node, 'group', 1);

/** Group after group of input channels. Values may come in from beside the input with any padding. */
function linear(dims: readonly number[], node: NodeProto): LinearShape | undefined {
  const [inputs = 0, each = 0, ...kernel] = dims;
  const groups = groupsOf(node);
  if (dims.length < 3) return undefined;
  const channelOf = (run: number) => {
    const row = Math.floor(run / each);
    return Math.floor((row * groups) / inputs) * each + (run % each);
  };
  return {
    channels: each * groups,
    runs: { length: sizeOf(kernel), step: 0, channelOf },
    channelAxis: 1 - dims.length,
    rank: dims.length,
    takesBias: true,
    pads: true,
  };
}
