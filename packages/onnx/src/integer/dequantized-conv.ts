import type { EditableGraph } from '../fold/editable-graph.js';
import { DataType } from '../schema/proto.js';
import type { IntegerEdit } from './integer-edit.js';
import type { StaticWork, WrittenLayer } from './integer-work.js';

/** Largest bias that int32 holds, with room for the sums. */
const largestBias = 2 ** 30;

/**
 * Gives a convolution a dequantized input, weight and bias: int8 codes with one scale a channel, and an int32 bias with
 * the scale of the input times that of the weight, which must fit ({@link biasFits}). With a quantized result the
 * runtime fuses that to `QLinearConv`.
 *
 * @param input Name of the dequantized input.
 */
export function writeDequantizedConv(work: StaticWork, input: string, edit: IntegerEdit): WrittenLayer {
  const { layer, weight } = work;
  const { node } = layer;
  const { graph } = edit;
  const { name } = layer.weight.source;
  const codes = edit.constant(`${name}_quantized`, DataType.INT8, layer.weight.shape, weight.codes);
  const added = [dequantize(`${name}`, DataType.INT8, codes, weight.scale, edit)];
  graph.setInput(node, 0, input);
  graph.setInput(node, 1, added[0]!.output[0] as string);
  const bias = biasIntegers(work, graph);
  if (bias !== undefined) {
    const near = node.input[2] as string;
    const stored = edit.constant(`${near}_quantized`, DataType.INT32, [bias.length], bias);
    added.push(dequantize(near, DataType.INT32, stored, biasScales(work), edit));
    graph.setInput(node, 2, added[1]!.output[0] as string);
  }
  graph.replace(node, [...added, node]);
  return {
    form: 'QLinearConv',
    reason: 'computed in 8-bit integers, after fusion by the runtime; so are the results',
  };
}

/** Whether the bias of a convolution fits into int32 at the scale of its sums. */
export function biasFits(work: StaticWork, graph: EditableGraph): boolean {
  return biasIntegers(work, graph)?.every((code) => Math.abs(code) <= largestBias) ?? true;
}

const biasScales = ({ weight, input }: StaticWork) =>
  weight.scale.map((one) => Math.fround(one * input.scale));

function biasIntegers(work: StaticWork, graph: EditableGraph): number[] | undefined {
  const bias = graph.constant(work.layer.node.input[2] ?? '');
  const scales = biasScales(work);
  return bias && Array.from(bias.values, (value, channel) => Math.round(value / (scales[channel] as number)));
}

/** `DequantizeLinear` along the first axis, around 0. */
function dequantize(near: string, type: DataType, codes: string, scales: Float32Array, edit: IntegerEdit) {
  const channels = [scales.length];
  const scale = edit.constant(`${near}_scale`, DataType.FLOAT, channels, scales);
  const zero = edit.constant(`${near}_zero`, type, channels, new Int8Array(scales.length));
  return edit.linear('DequantizeLinear', [codes, scale, zero], edit.graph.newName(`${near}_dequantized`), 0);
}
