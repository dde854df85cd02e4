import type { WeightDescriptor } from '@lowbit/core';
import { lastIsOutput, type KernelAxes } from '@lowbit/tfjs-format';
import type { GraphNode } from './graph-topology.js';

/** How an operator uses a weight: what it is to it, and its axes. */
export interface WeightUse extends KernelAxes {
  readonly kernel: WeightDescriptor['kernel'];
}

/** One input of a node that is a constant. */
export interface ConstantInput {
  readonly node: GraphNode;
  /** Which input of the node. */
  readonly operand: number;
  /** Dimensions of the constant. */
  readonly rank: number;
  /** The value of another input that is a constant whole number. */
  integer(operand: number): number | undefined;
}

type Rule = (input: ConstantInput) => WeightUse | undefined;

/** The filter of a convolution is its second input. TensorFlow.js wants `[…, in, out]` whatever the images' layout. */
function filter(axes: (rank: number) => KernelAxes): Rule {
  return ({ operand, rank }) => (operand === 1 ? { kernel: 'kernel', ...axes(rank) } : undefined);
}

/** `[height, width, channels, multiplier]`: both last axes together are the output channels. */
const depthwise = filter((rank) => ({ outputAxes: [rank - 2, rank - 1] }));

/** `[height, width, out, in]`. */
const transposedFilter = filter((rank) => ({ outputAxes: [rank - 2], inputAxis: rank - 1 }));

/**
 * A product `a · b` of matrices: the weight is `b`, `[…, in, out]`, or `a`, `[…, out, in]`; either may be transposed. The axes
 * before are different matrices, so they own parameters too.
 */
function product(transposed: readonly [a: string, b: string]): Rule {
  return ({ node, operand, rank }) => {
    const flag = transposed[operand];
    if (flag === undefined || rank < 2) return undefined;
    const outputIsLast = (operand === 1) !== (node.attr?.[flag]?.b === true);
    const [output, input] = outputIsLast ? [rank - 1, rank - 2] : [rank - 2, rank - 1];
    const matrices = Array.from({ length: rank - 2 }, (_, axis) => axis);
    return { kernel: 'kernel', outputAxes: [...matrices, output as number], inputAxis: input as number };
  };
}

/**
 * Slices taken by their numbers, of a table of embeddings for instance: each owns parameters. With batch dimensions, numbers of other
 * slices are looked up in each part of the table, and no axis is that of the slices alone.
 */
const slices: Rule = ({ node, operand, rank, integer }) => {
  const given = node.op === 'GatherV2' ? integer(2) : 0;
  const isTable = operand === 0 && rank > 1 && Number(node.attr?.['batch_dims']?.i ?? 0) === 0;
  if (!isTable || given === undefined || given < -rank || given >= rank) return undefined;
  const axis = (given + rank) % rank;
  return { kernel: 'embedding', outputAxes: [axis], inputAxis: axis === rank - 1 ? rank - 2 : rank - 1 };
};

const rules: Readonly<Record<string, Rule>> = {
  Conv1D: filter(lastIsOutput),
  Conv2D: filter(lastIsOutput),
  _FusedConv2D: filter(lastIsOutput),
  Conv3D: filter(lastIsOutput),
  Conv2DBackpropInput: transposedFilter,
  DepthwiseConv2d: depthwise,
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2dNative: depthwise,
  MatMul: product(['transpose_a', 'transpose_b']),
  _FusedMatMul: product(['transpose_a', 'transpose_b']),
  BatchMatMul: product(['adj_x', 'adj_y']),
  BatchMatMulV2: product(['adj_x', 'adj_y']),
  Gather: slices,
  GatherV2: slices,
};

/** What a constant is to the operator that reads it; undefined when its axes are not known there. */
export function weightUse(input: ConstantInput): WeightUse | undefined {
  return Object.hasOwn(rules, input.node.op) ? rules[input.node.op]?.(input) : undefined;
}
