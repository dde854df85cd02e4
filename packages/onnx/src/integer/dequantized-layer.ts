import type { EditableGraph } from '../fold/editable-graph.js';
import { DataType } from '../schema/proto.js';
import type { IntegerEdit } from './integer-edit.js';
import { integerOperators } from './integer-operators.js';
import type { StaticWork, WrittenLayer } from './integer-work.js';

/** Largest bias that int32 holds, with room for the sums. */
const largestBias = 2 ** 30;

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
  const { name } = layer.weight.source;
  const codes = edit.constant(`${name}_quantized`, DataType.INT8, layer.weight.shape, weight.codes);
  const added = [dequantize(name, DataType.INT8, codes, weight.scale, layer.channelAxis, edit)];
  graph.setInput(node, 0, input);
  graph.setInput(node, 1, added[0]!.output[0] as string);
  const bias = biasIntegers(work, graph);
  if (bias !== undefined) {
    const near = node.input[2] as string;
    const stored = edit.constant(`${near}_quantized`, DataType.INT32, [bias.length], bias);
    added.push(dequantize(near, DataType.INT32, stored, biasScales(work), 0, edit));
    graph.setInput(node, 2, added[1]!.output[0] as string);
  }
  graph.replace(node, [...added, node]);
  const floats = layer.op === 'Conv' ? 'so are the results' : 'the results are floats';
  return {
    form: integerOperators.qdq[layer.op] as string,
    reason: `computed in 8-bit integers, after fusion by the runtime; ${floats}`,
  };
}

/** Whether the bias of a convolution or product fits into int32 at the scale of its sums. */
export function biasFits(work: StaticWork, graph: EditableGraph): boolean {
  return biasIntegers(work, graph)?.every((code) => Math.abs(code) <= largestBias) ?? true;
}

const biasScales = ({ weight, input }: StaticWork) =>
  weight.scale.map((one) => Math.fround(one * input.scale));

function biasIntegers(work: StaticWork, graph: EditableGraph): number[] | undefined {
  const { node, op } = work.layer;
  const bias = op === 'MatMul' ? undefined : graph.constant(node.input[2] ?? '');
  const scales = biasScales(work);
  return bias && Array.from(bias.values, (value, channel) => Math.round(value / (scales[channel] as number)));
}

/** `DequantizeLinear` along an axis, around 0. */
function dequantize(
  near: string,
  type: DataType,
  codes: string,
  scales: Float32Array,
  axis: number,
  edit: IntegerEdit,
) {
  const channels = [scales.length];
  const scale = edit.constant(`${near}_scale`, DataType.FLOAT, channels, scales);
  const zero = edit.constant(`${near}_zero`, type, channels, new Int8Array(scales.length));
  return edit.linear(
    'DequantizeLinear',
    [codes, scale, zero],
    edit.graph.newName(`${near}_dequantized`),
    axis,
  );
}
