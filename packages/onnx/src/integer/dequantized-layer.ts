import { sizeOf } from '@lowbit/core/adapter';
import type { EditableGraph } from '../graph/editable-graph.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import { signedCodes } from './int8-weight.js';
import type { IntegerEdit } from './integer-edit.js';
import type { StaticWork, WrittenLayer } from './integer-work.js';

/** Largest bias that int32 holds, with room for the sums. */
const largestBias = 2 ** 30;
/** The integer that the bias of a channel without weights becomes, which float32 and int32 hold well. */
const loneBias = 2 ** 20;
/** Below this, products of scales lose digits. */
const smallestScale = 1e-30;

/**
 * Gives a convolution or product a dequantized input, weight and bias: int8 codes with one scale a channel, and an int32
 * bias with the scale of the input times that of the weight, which must fit ({@link biasFits}). The runtime fuses that to
 * one integer operator, a convolution where its result is quantized too.
 *
 * @param input Name of the dequantized input.
 */
export function writeDequantizedLayer(work: StaticWork, input: string, edit: IntegerEdit): WrittenLayer {
  const { layer, weight } = work;
  const { node } = layer;
  const { graph } = edit;
  const scales = scalesFor(work, graph);
  const { source, shape } = layer.weight;
  const { name } = source;
  const codes = edit.constant(`${name}_quantized`, DataType.INT8, shape, signedCodes(weight), source);
  const kernel = { near: name, codes, scales, axis: layer.channelAxis };
  const added = [dequantize(kernel, edit, layer.integer.storesZeroPoint)];
  graph.setInput(node, 0, input);
  graph.setInput(node, 1, added[0]!.output[0] as string);
  const bias = biasOf(work, graph);
  if (bias !== undefined) {
    const near = node.input[2] as string;
    const stored = edit.constant(
      `${near}_quantized`,
      DataType.INT32,
      [bias.length],
      biasIntegers(work, bias, scales),
    );
    added.push(dequantize({ near, codes: stored, scales: biasScales(work, scales), axis: 0 }, edit));
    graph.setInput(node, 2, added[1]!.output[0] as string);
  }
  graph.replace(node, [...added, node]);
  const floats = layer.integer.givesIntegers ? 'so are the results' : 'the results are floats';
  return {
    form: layer.integer.becomes.qdq as string,
    reason: `computed in 8-bit integers, after fusion by the runtime; ${floats}`,
  };
}

/** Whether the bias of a convolution or product fits into int32 at the scale of its sums. */
export function biasFits(work: StaticWork, graph: EditableGraph): boolean {
  const bias = biasOf(work, graph);
  if (bias === undefined) return true;
  return biasIntegers(work, bias, scalesFor(work, graph)).every((code) => Math.abs(code) <= largestBias);
}

const biasOf = ({ layer: { node, integer } }: StaticWork, graph: EditableGraph) =>
  integer.takesBias ? graph.constant(node.input[2] ?? '')?.values : undefined;

/**
 * The scales of the weight's channels. Where all weights of a channel are 0 any scale is right for them, and the bias, which
 * is rounded to steps of it, decides.
 */
function scalesFor(work: StaticWork, graph: EditableGraph): Float32Array {
  const { weight, input } = work;
  const bias = biasOf(work, graph);
  if (bias === undefined) return weight.scale;
  const weighs = weighingChannels(work);
  return weight.scale.map((scale, channel) => {
    const fine = Math.abs(bias[channel] as number) / (loneBias * input.scale);
    return weighs[channel] === 1 || fine < smallestScale ? scale : fine;
  });
}

/** 1 for each channel that has a weight other than 0. */
function weighingChannels({ layer, weight: { codes, zeroPoint, scale } }: StaticWork): Uint8Array {
  const { shape } = layer.weight;
  const after = sizeOf(shape.slice(layer.channelAxis + 1));
  const weighs = new Uint8Array(scale.length);
  codes.forEach((code, at) => {
    if (code !== zeroPoint) weighs[Math.floor(at / after) % scale.length] = 1;
  });
  return weighs;
}

const biasScales = ({ input }: StaticWork, scales: Float32Array) =>
  scales.map((one) => Math.fround(one * input.scale));

function biasIntegers(work: StaticWork, bias: ArrayLike<number>, scales: Float32Array): number[] {
  const steps = biasScales(work, scales);
  return Array.from(bias, (value, channel) => Math.round(value / (steps[channel] as number)));
}

/** Codes in the graph, with one scale for each index of an axis. */
interface NamedCodes {
  /** What names of constants and nodes begin with. */
  readonly near: string;
  /** The name of the codes. */
  readonly codes: string;
  readonly scales: Float32Array;
  readonly axis: number;
}

/**
 * `DequantizeLinear` along an axis, around 0. That is the default and not stored, but for the weight of a `Gemm`, which
 * onnxruntime (1.30) fuses to its integer form only where it has a zero point.
 */
function dequantize(
  { near, codes, scales, axis }: NamedCodes,
  edit: IntegerEdit,
  withZeros = false,
): NodeProto {
  const channels = [scales.length];
  const inputs = [codes, edit.constant(`${near}_scale`, DataType.FLOAT, channels, scales)];
  if (withZeros)
    inputs.push(edit.constant(`${near}_zero`, DataType.INT8, channels, new Int8Array(scales.length)));
  return edit.linear('DequantizeLinear', inputs, edit.graph.newName(`${near}_dequantized`), axis);
}
