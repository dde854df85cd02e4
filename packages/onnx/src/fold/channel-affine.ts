import { sizeOf } from '@lowbit/core/adapter';
import { isStandard } from '../graph/scope.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import type { LinearUnit } from './linear-unit.js';

/** y = scale · x + shift, one number for each channel, or one for all. */
export interface ChannelAffine {
  readonly scale: (channel: number) => number;
  readonly shift: (channel: number) => number;
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
  const [one, none] = [() => 1, () => 0];
  if (isStandard(node, 'Add')) return { scale: one, shift: other, scales: false, shifts: true };
  if (isStandard(node, 'Mul')) return { scale: other, shift: none, scales: true, shifts: false };
  if (isStandard(node, 'Sub')) {
    return first
      ? { scale: one, shift: (channel) => -other(channel), scales: false, shifts: true }
      : { scale: () => -1, shift: other, scales: true, shifts: true };
  }
  if (isStandard(node, 'Div') && first)
    return { scale: (channel) => 1 / other(channel), shift: none, scales: true, shifts: false };
  return undefined;
}

/** y = scale · (x − mean) / √(variance + ε) + bias, as in inference. */
function batchNormalization(
  node: NodeProto,
  x: string,
  { channels, rank, channelAxis }: Shape,
  graph: EditableGraph,
): ChannelAffine | undefined {
  const training = node.attribute.some(({ name, i }) => name === 'training_mode' && i !== 0n);
  const extra = node.output.slice(1).some((name) => name !== '');
  const onChannels = rank !== undefined && channelAxis + rank === 1;
  if (node.input[0] !== x || training || extra || !onChannels) return undefined;
  const parts = node.input.slice(1, 5).map((name) => graph.constant(name));
  const fits = parts.every((part) => part?.type === DataType.FLOAT && part.values.length === channels);
  if (!fits || parts.length !== 4) return undefined;
  const [gamma, beta, mean, variance] = parts.map((part) => part?.values as Float32Array);
  const epsilon = node.attribute.find(({ name }) => name === 'epsilon')?.f ?? 1e-5;
  const scale = (channel: number) => gamma![channel]! / Math.sqrt(variance![channel]! + epsilon);
  const shift = (channel: number) => beta![channel]! - mean![channel]! * scale(channel);
  return { scale, shift, scales: true, shifts: true };
}

/** A constant as one number a channel: it has one value, or varies along the axis of the channels alone. */
function numbersOf(
  name: string,
  shape: Shape,
  graph: EditableGraph,
): ((channel: number) => number) | undefined {
  const type = graph.constantType(name);
  const count = type && sizeOf(type.dims);
  const value = count === 1 || count === shape.channels ? graph.constant(name) : undefined;
  if (value?.type !== DataType.FLOAT) return undefined;
  const { dims, values } = value;
  const { channels, channelAxis, rank = 1 } = shape;
  if (dims.length > rank) return undefined;
  if (values.length === 1) return () => values[0] as number;
  const along = dims.length + channelAxis;
  const fits =
    values.length === channels && dims.every((size, axis) => size === (axis === along ? channels : 1));
  return fits ? (channel) => values[channel] as number : undefined;
}
