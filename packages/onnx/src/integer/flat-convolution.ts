import { makeAttribute } from '../graph/make-node.js';
import type { AttributeProto, NodeProto } from '../schema/proto.js';
import { squeezeTakesInputs } from '../target/versions.js';
import type { IntegerEdit } from './integer-edit.js';

/** A convolution over one axis, written as one over two of which the first has one value. */
export interface FlatConvolution {
  /** Of the weights. */
  readonly shape: readonly number[];
  readonly attribute: AttributeProto[];
  /** Gives a value the axis. */
  spread(value: string, to: string): NodeProto;
  /** Takes it away. */
  join(value: string, to: string): NodeProto;
}

/** Behind samples and channels. */
const axis = 2;

/**
 * The 1 × k convolution that stands for one of k; `undefined` for other numbers of axes. `ConvInteger` gathers windows of pictures twenty
 * times as fast as those of signals (onnxruntime-web 1.30), and the axis of one value costs next to nothing.
 */
export function flatConvolution(
  { attribute }: NodeProto,
  shape: readonly number[],
  edit: IntegerEdit,
): FlatConvolution | undefined {
  const [outputs = 0, inputs = 0, width = 0, ...more] = shape;
  if (more.length > 0) return undefined;
  const moved = (op: string, value: string, to: string) => {
    if (edit.opset < squeezeTakesInputs) return edit.node(op, [value], to, { axes: [axis] });
    const axes = edit.once('axis of signals', () => edit.graph.addIntegers('signal_axis', [BigInt(axis)]));
    return edit.node(op, [value, axes], to);
  };
  return {
    shape: [outputs, inputs, 1, width],
    attribute: attribute.map(widened),
    spread: (value, to) => moved('Unsqueeze', value, to),
    join: (value, to) => moved('Squeeze', value, to),
  };
}

/** An attribute of one axis as that of two; what holds no number an axis stays. */
function widened(attribute: AttributeProto): AttributeProto {
  const { name } = attribute;
  const along = attribute.ints.map(Number);
  if (name === 'pads') return makeAttribute(name, [0, along[0] ?? 0, 0, along[1] ?? 0]);
  const isByAxis = ['kernel_shape', 'strides', 'dilations'].includes(name);
  return isByAxis ? makeAttribute(name, [1, ...along]) : attribute;
}
