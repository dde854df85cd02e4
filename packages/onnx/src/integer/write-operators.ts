import type { StorageNote } from '@lowbit/core';
import { makeNode } from '../graph/make-node.js';
import { type QuantizedValue, writeConvInteger } from './conv-integer.js';
import type { IntegerForm } from './cost.js';
import type { IntegerEdit } from './integer-edit.js';
import { type IntegerWork, noteOf, type StaticWork, type WrittenLayer } from './integer-work.js';
import { writeMatMulInteger } from './products.js';
import { quantizedInputs } from './quantized-inputs.js';
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
    const note = noteOf(one, writeLayer(one, quantized, edit), edit);
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

/** Writes each layer on its own, by operators that multiply integers: 8-bit inputs with fixed ranges, float results. */
export function writeOperators(work: readonly StaticWork[], edit: IntegerEdit): StorageNote[] {
  const inputs = quantizedInputs(edit);
  return work.map((one) => {
    const { layer, input } = one;
    const value = inputs.quantized(one);
    const [, zero] = edit.parameters(layer.input, input);
    return noteOf(one, writeLayer(one, { value, zero, factor: input.scale }, edit), edit);
  });
}

/** By the operator that multiplies the codes. */
const writers = { ConvInteger: writeConvInteger, MatMulInteger: writeMatMulInteger };

const writeLayer = (work: IntegerWork, input: QuantizedValue, edit: IntegerEdit): WrittenLayer =>
  writers[work.layer.integer.becomes.operators](work, input, edit);
