import type { EditableGraph } from '../fold/editable-graph.js';
import { DataType } from '../schema/proto.js';
import type { QuantizedValue } from './conv-integer.js';
import type { IntegerEdit } from './integer-edit.js';
import type { IntegerWork, StaticWork, WrittenLayer } from './integer-work.js';

/** Largest bias that int32 holds, with room for the sums. */
const largestBias = 2 ** 30;

/**
 * Gives a convolution or product a dequantized weight and bias: int8 codes with one scale a channel, and an int32 bias
 * with the scale of the input times that of the weight, which must fit ({@link biasFits}). Together with a dequantized
 * input the runtime fuses that to one integer operator.
 */
export function writeDequantizedWeight(
  { layer, weight, input }: StaticWork,
  dequantizedInput: () => string,
  edit: IntegerEdit,
): WrittenLayer {
  const { node, channelAxis } = layer;
  const { graph } = edit;
  const biasScale = biasScales({ layer, weight, input });
  const biasCodes = biasIntegers({ layer, weight, input }, graph);
  const name = layer.weight.source.name;
  const channels = [weight.scale.length];
  const codes = edit.constant(`${name}_quantized`, DataType.INT8, layer.weight.shape, weight.codes);
  const scale = edit.constant(`${name}_scale`, DataType.FLOAT, channels, weight.scale);
  const zero = edit.constant(
    `${name}_zero`,
    DataType.INT8,
    channels,
    weight.scale.map(() => 0),
  );
  const dequantized = graph.newName(`${name}_dequantized`);
  const nodes = [edit.linear('DequantizeLinear', [codes, scale, zero], dequantized, channelAxis)];
  graph.setInput(node, 0, dequantizedInput());
  graph.setInput(node, 1, dequantized);
  if (biasCodes !== undefined) {
    const near = node.input[2] as string;
    const stored = edit.constant(`${near}_quantized`, DataType.INT32, channels, biasCodes);
    const scales = edit.constant(`${near}_scale`, DataType.FLOAT, channels, biasScale);
    const zeros = edit.constant(
      `${near}_zero`,
      DataType.INT32,
      channels,
      biasScale.map(() => 0),
    );
    const value = graph.newName(`${near}_dequantized`);
    nodes.push(edit.linear('DequantizeLinear', [stored, scales, zeros], value, 0));
    graph.setInput(node, 2, value);
  }
  graph.replace(node, [...nodes, node]);
  return {
    form: fusedForms[layer.op],
    reason: 'dequantized before the operator, which the runtime fuses to an integer one',
  };
}

/** Whether the bias of a layer fits into int32 at the scale of its sums. */
export function biasFits(work: StaticWork, graph: EditableGraph): boolean {
  return biasIntegers(work, graph)?.every((code) => Math.abs(code) <= largestBias) ?? true;
}

const biasScales = ({ weight, input }: StaticWork) =>
  weight.scale.map((one) => Math.fround(one * input.scale));

function biasIntegers(work: StaticWork, graph: EditableGraph): number[] | undefined {
  const { op, node } = work.layer;
  const bias = op === 'MatMul' ? undefined : graph.constant(node.input[2] ?? '');
  const scales = biasScales(work);
  return bias && Array.from(bias.values, (value, channel) => Math.round(value / (scales[channel] as number)));
}

const fusedForms = { Conv: 'QLinearConv', MatMul: 'MatMulIntegerToFloat', Gemm: 'QGemm' } as const;

/** `DynamicQuantizeLinear → MatMulInteger → Cast → Mul`: the input's range is measured on every run. */
export function writeMatMulInteger(
  { layer, weight }: IntegerWork,
  { value, zero, scale: measured = '' }: QuantizedValue,
  edit: IntegerEdit,
): WrittenLayer {
  const { node } = layer;
  const name = layer.weight.source.name;
  const output = node.output[0] as string;
  const codes = edit.constant(`${name}_quantized`, DataType.INT8, layer.weight.shape, weight.codes);
  const scales = edit.constant(`${name}_scale`, DataType.FLOAT, [weight.scale.length], weight.scale);
  const [sums, floats, scale] = ['sums', 'floats', 'scale'].map((part) =>
    edit.graph.newName(`${output}_${part}`),
  ) as [string, string, string];
  edit.graph.replace(node, [
    edit.node('MatMulInteger', [value, codes, zero], sums),
    edit.node('Cast', [sums], floats, { to: DataType.FLOAT }),
    edit.node('Mul', [measured, scales], scale),
    edit.node('Mul', [floats, scale], output),
  ]);
  return {
    form: 'MatMulInteger',
    reason: 'multiplied in 8-bit integers; the range of the input is measured on every run',
  };
}
