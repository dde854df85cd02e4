import type { StorageNote } from '@lowbit/core';
import { makeNode } from '../graph/make-node.js';
import { writeConvInteger, type QuantizedValue } from './conv-integer.js';
import type { IntegerForm } from './cost.js';
import type { IntegerEdit } from './integer-edit.js';
import { noteOf, type IntegerWork } from './integer-work.js';
import { writeMatMulInteger } from './products.js';
import { measuredRange } from './reasons.js';
import { withReason } from './with-reason.js';

/**
 * Writes each layer on its own, with inputs whose ranges `DynamicQuantizeLinear` measures on every run: in the form of
 * operators, whatever form was asked for.
 */
export function writeDynamic(
  work: readonly IntegerWork[],
  edit: IntegerEdit,
  form: IntegerForm,
): StorageNote[] {
  const measured = new Map<string, QuantizedValue>();
  return work.map((one) => {
    const { layer } = one;
    const quantized = measured.get(layer.input) ?? measure(one, edit);
    measured.set(layer.input, quantized);
    const write = layer.op === 'Conv' ? writeConvInteger : writeMatMulInteger;
    const note = noteOf(one, write(one, quantized, edit), edit);
    return withReason(note, form === 'qdq' ? measuredRange : undefined);
  });
}

function measure({ layer }: IntegerWork, { graph }: IntegerEdit): QuantizedValue {
  const { input, node } = layer;
  const [value, scale, zero] = ['quantized', 'scale', 'zero'].map((part) =>
    graph.newName(`${input}_${part}`),
  ) as [string, string, string];
  const quantize = makeNode({ op: 'DynamicQuantizeLinear', inputs: [input], outputs: [value, scale, zero] });
  graph.replace(node, [quantize, node]);
  return { value, scale, zero };
}
