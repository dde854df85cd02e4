import { attributeOf, integerAttribute, integersAttribute } from '../graph/attributes.js';
import { type NodeProto, textOf } from '../schema/proto.js';
import type { InputRows, WeightInput, Window } from './operator.js';

/** How a convolution takes its patches. @param kernel Sizes of its window. */
function windowOf(node: NodeProto, kernel: readonly number[]): Window {
  const each = (name: string, value: number) => integersAttribute(node, name) ?? kernel.map(() => value);
  const padding = attributeOf(node, 'auto_pad');
  const rule = padding === undefined ? '' : textOf(padding.s);
  const stated = integersAttribute(node, 'pads') ?? [...kernel, ...kernel].map(() => 0);
  return {
    groups: integerAttribute(node, 'group', 1),
    kernel,
    strides: each('strides', 1),
    dilations: each('dilations', 1),
    pads:
      rule === 'SAME_UPPER' || rule === 'SAME_LOWER' ? rule : rule === 'VALID' ? stated.map(() => 0) : stated,
  };
}

/** The patches of a convolution with a weight [cout, cin / group, kernel…]. */
export function patchRows(node: NodeProto, { dims }: WeightInput): InputRows {
  return { kind: 'window', value: node.input[0] ?? '', window: windowOf(node, dims.slice(2)) };
}

/** What the output positions of a transposed convolution are made of. @param kernel Sizes of its window. */
export function transposedRows(node: NodeProto, kernel: readonly number[]): InputRows {
  const padding = integersAttribute(node, 'output_padding') ?? kernel.map(() => 0);
  const shape = integersAttribute(node, 'output_shape');
  const transposed = shape === undefined ? { padding } : { padding, shape };
  return { kind: 'window', value: node.input[0] ?? '', window: { ...windowOf(node, kernel), transposed } };
}
