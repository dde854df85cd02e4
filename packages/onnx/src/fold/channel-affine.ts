import { sizeOf } from '@lowbit/core/adapter';
import { isStandard } from '../graph/scope.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { perChannel } from './channel-weights.js';
import type { LinearUnit } from './linear-unit.js';

/** y = scale · x + shift, one number of both for each channel. */
export interface ChannelAffine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
  /** Whether there is a scale other than 1 at all. */
  readonly scales: boolean;
  /** Whether there is a shift at all. */
  readonly shifts: boolean;
}

type Shape = Pick<LinearUnit, 'channels' | 'channelAxis' | 'rank'>;

/** What a node does to the channels of its input `x`, when that is a multiplication and an addition of constants. */
export function channelAffine(
  node: NodeProto,
  x: string,
  shape: Shape,
  graph: EditableGraph,
): ChannelAffine | undefined {
  if (isStandard(node, 'BatchNormalization')) return batchNormalization(node, x, shape, graph);
  const first = node.input[0] === x;
  const other = numbersOf(node.input[first ? 1 : 0] ?? '', shape, graph);
  if (other === undefined || node.input.length !== 2) return undefined;
  const { channels } = shape;
  if (isStandard(node, 'Add')) return shiftBy(other);
  if (isStandard(node, 'Mul')) return scaleBy(other);
  if (isStandard(node, 'Sub')) {
    return first
      ? shiftBy(other.map((one) => -one))
      : { scale: allOf(channels, -1), shift: other, scales: true, shifts: true };
  }
  return isStandard(node, 'Div') && first ? scaleBy(other.map((one) => 1 / one)) : undefined;
}

/** The same number for every channel. */
const allOf = (channels: number, value: number): Float64Array => new Float64Array(channels).fill(value);

export const shiftBy = (shift: Float64Array): ChannelAffine => ({
  scale: allOf(shift.length, 1),
  shift,
  scales: false,
  shifts: true,
});

export const scaleBy = (scale: Float64Array): ChannelAffine => ({
  scale,
  shift: new Float64Array(scale.length),
  scales: true,
  shifts: false,
});

/** Whether a `BatchNormalization` normalizes by what it sees, not by the mean and variance that it is given, or gives both. */
export const trainsHere = ({ attribute, output }: NodeProto): boolean =>
  attribute.some(({ name, i }) => name === 'training_mode' && i !== 0n) ||
  output.slice(1).some((name) => name !== '');

/** y = scale · (x − mean) / √(variance + ε) + bias, as in inference. */
function batchNormalization(
  node: NodeProto,
  x: string,
  { channels, rank, channelAxis }: Shape,
  graph: EditableGraph,
): ChannelAffine | undefined {
  const onChannels = rank !== undefined && channelAxis + rank === 1;
  if (node.input[0] !== x || trainsHere(node) || !onChannels) return undefined;
  const parts = node.input.slice(1, 5).map((name) => graph.constant(name));
  const fits = parts.every((part) => part?.type === DataType.FLOAT && part.values.length === channels);
  if (!fits || parts.length !== 4) return undefined;
  const [gamma, beta, mean, variance] = parts.map((part) => part?.values as Float32Array);
  const epsilon = node.attribute.find(({ name }) => name === 'epsilon')?.f ?? 1e-5;
  const scale = perChannel(channels, (c) => gamma![c]! / Math.sqrt(variance![c]! + epsilon));
  const shift = perChannel(channels, (c) => beta![c]! - mean![c]! * scale[c]!);
  return { scale, shift, scales: true, shifts: true };
}

/** A constant as one number a channel: it has one value, or varies along the axis of the channels alone. */
function numbersOf(name: string, shape: Shape, graph: EditableGraph): Float64Array | undefined {
  const type = graph.constantType(name);
  const count = type && sizeOf(type.dims);
  const value = count === 1 || count === shape.channels ? graph.constant(name) : undefined;
  if (value?.type !== DataType.FLOAT) return undefined;
  const { dims, values } = value;
  const { channels, channelAxis, rank = 1 } = shape;
  if (dims.length > rank) return undefined;
  if (values.length === 1) return allOf(channels, values[0] as number);
  const along = dims.length + channelAxis;
  const fits =
    values.length === channels && dims.every((size, axis) => size === (axis === along ? channels : 1));
  return fits ? Float64Array.from(values) : undefined;
}
