import { integerAttribute, integersAttribute } from '../graph/attributes.js';
import { type NodeProto, textOf } from '../schema/proto.js';

/** How a convolution takes its patches. */
export interface ConvGeometry {
  /** Sizes of the window. */
  readonly kernel: readonly number[];
  /** Channels of the input. */
  readonly channels: number;
  /** Values of one patch: channels of a group × window. */
  readonly patch: number;
  /** Strides, pads, dilations, as the node states them. */
  readonly window: Readonly<Record<string, readonly number[] | string>>;
  /** Whether every patch is one position, and every position a patch. */
  readonly isPointwise: boolean;
}

/** @param dims Of the weight: [outputs, channels of a group, window…]. */
export function convGeometry(node: NodeProto, dims: readonly number[]): ConvGeometry {
  const [, each = 0, ...kernel] = dims;
  const window: Record<string, readonly number[] | string> = {};
  for (const name of ['strides', 'pads', 'dilations']) {
    const values = integersAttribute(node, name);
    if (values !== undefined) window[name] = values;
  }
  const padding = node.attribute.find(({ name }) => name === 'auto_pad');
  if (padding !== undefined) window.auto_pad = textOf(padding.s);
  const all = (name: string, value: number) =>
    (integersAttribute(node, name) ?? []).every((n) => n === value);
  return {
    kernel,
    channels: each * integerAttribute(node, 'group', 1),
    patch: kernel.reduce((product, size) => product * size, each),
    window,
    isPointwise: kernel.every((size) => size === 1) && all('strides', 1) && all('pads', 0),
  };
}
