import { sizeOf } from '@lowbit/core/adapter';
import { attributeOf, integerAttribute, integersAttribute } from '../graph/attributes.js';
import { type NodeProto, textOf } from '../schema/proto.js';
import { type Geometry, type LinearShape, type Operator, vector } from './operator.js';
import { patchRows } from './window.js';

/** Weight [cout, cin / group, kernel…]; a depthwise one has an input axis of size 1. */
export const conv: Operator = {
  names: ['Conv'],
  takes: 'each',
  roles: () => [
    {
      input: 1,
      kernel: 'kernel',
      axes: (shape) => (shape.length < 3 ? vector : { shape, outputAxes: [0], inputAxis: 1 }),
    },
  ],
  features: () => ({ batch: 0, channels: [1] }),
  products: ({ dims }) => sizeOf(dims.slice(1)),
  linear,
  inputRows: patchRows,
  bias: (_, { dims }) => ({ input: 2, axis: 1 - dims.length }),
  activation: {},
  integer: {
    becomes: { operators: 'ConvInteger', qdq: 'QLinearConv' },
    geometry,
    takesBias: true,
    givesIntegers: true,
    storesZeroPoint: false,
  },
  samples: [
    {
      inputs: { x: [2, 8, 9, 9], w: [16, 8, 3, 3] },
      output: [2, 16, 7, 7],
      weights: { w: { outputAxes: [0], inputAxis: 1 } },
    },
    {
      inputs: { x: [2, 24, 9], w: [20, 24, 3] },
      output: [2, 20, 7],
      weights: { w: { outputAxes: [0], inputAxis: 1 } },
    },
    {
      attributes: { strides: [2, 2] },
      inputs: { x: [2, 16, 9, 9], w: [64, 16, 3, 3], bias: [64] },
      output: [2, 64, 4, 4],
      weights: { w: { outputAxes: [0], inputAxis: 1 } },
    },
    // Depthwise, with values from beside the input.
    {
      attributes: { group: 96, pads: [1, 1, 1, 1] },
      inputs: { x: [1, 96, 9, 9], w: [96, 1, 3, 3] },
      output: [1, 96, 9, 9],
      weights: { w: { outputAxes: [0], inputAxis: 1 } },
    },
  ],
};

function linear(dims: readonly number[], node: NodeProto): LinearShape | undefined {
  const [channels = 0, ...rest] = dims;
  if (dims.length < 3) return undefined;
  return {
    channels,
    runs: { length: sizeOf(rest), step: 0, channelOf: (run) => run },
    channelAxis: 1 - dims.length,
    rank: dims.length,
    takesBias: true,
    pads: pads(node),
  };
}

function pads(node: NodeProto): boolean {
  const padding = attributeOf(node, 'auto_pad');
  const automatic = padding !== undefined && !['', 'NOTSET', 'VALID'].includes(textOf(padding.s));
  return automatic || (integersAttribute(node, 'pads') ?? []).some((pad) => pad !== 0);
}

function geometry(node: NodeProto, shape: readonly number[]): Geometry {
  const [outputs = 0, each = 0, ...kernel] = shape;
  const groups = integerAttribute(node, 'group', 1);
  const strides = integersAttribute(node, 'strides') ?? [];
  const area = sizeOf(kernel);
  return {
    op: 'Conv',
    products: each * area,
    outputs,
    inputs: each * groups * sizeOf(strides),
    gathers: area > 1,
    axes: kernel.length,
    depthwise: groups > 1 && each === 1,
  };
}
