import { DataType } from '../schema/proto.js';
import { makeNode } from '../graph/make-node.js';
import { runtimeDomain } from '../target/versions.js';
import type { QuantizedValue } from './conv-integer.js';
import { signedCodes } from './int8-weight.js';
import { floatResult, widened } from './float-values.js';
import type { IntegerEdit } from './integer-edit.js';
import type { IntegerWork, WrittenLayer } from './integer-work.js';

/**
 * Writes attention as `com.microsoft.QAttention`, which multiplies the input with the weight in integers, one scale a column, and
 * goes on in floats.
 */
export function writeQAttention(
  { layer, weight }: IntegerWork,
  { value, zero, scale, factor = 1 }: QuantizedValue,
  edit: IntegerEdit,
): WrittenLayer {
  const { node } = layer;
  const { source, shape } = layer.weight;
  const [, , bias = '', mask = ''] = node.input;
  const shift = layer.type === DataType.FLOAT ? { name: bias, nodes: [] } : widened(bias, edit);
  const result = floatResult(layer, edit);
  const codes = edit.constant(`${source.name}_quantized`, DataType.INT8, shape, signedCodes(weight), source);
  const scales = edit.constant(`${source.name}_scale`, DataType.FLOAT, [weight.scale.length], weight.scale);
  const step = scale ?? edit.constant(`${layer.input}_step`, DataType.FLOAT, [], [factor]);
  const attention = makeNode({
    op: 'QAttention',
    domain: runtimeDomain.name,
    inputs: [value, codes, shift.name, step, scales, mask, zero],
    outputs: [result.name],
  });
  attention.attribute = [...node.attribute];
  edit.graph.replace(node, [...shift.nodes, attention, ...result.nodes]);
  return {
    form: 'QAttention',
    reason:
      'queries, keys and values are multiplied in 8-bit integers and summed exactly; the rest is computed in floats',
  };
}
