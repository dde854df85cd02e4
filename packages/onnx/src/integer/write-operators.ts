import type { StorageNote } from '@lowbit/core';
import { makeNode } from '../graph/make-node.js';
import { type QuantizedValue, writeConvInteger } from './conv-integer.js';
import type { IntegerForm } from './cost.js';
import { floatInput } from './float-values.js';
import type { IntegerEdit } from './integer-edit.js';
import type { SiteNotes } from '../sites/site-notes.js';
import { measuresRange } from '../sites/uint8-site.js';
import type { IntegerRule, ValueSites } from './integer-rule.js';
import { isFused } from './integer-layer.js';
import { type IntegerWork, isStatic, noteOf, type StaticWork, type WrittenLayer } from './integer-work.js';
import { writeMatMulInteger } from './products.js';
import { writeQAttention } from './q-attention.js';
import { quantizedInputs } from './quantized-inputs.js';
import { measuredRange, notFused } from './reasons.js';
import { withReason } from './with-reason.js';

/**
 * Writes each layer on its own, with inputs whose ranges `DynamicQuantizeLinear` measures on every run: in the form of
 * operators, whatever form was asked for.
 */
export const measuredRule = (form: IntegerForm): IntegerRule<IntegerWork> => {
  const note = form === 'qdq' ? measuredRange : undefined;
  return {
    matches: (work): work is IntegerWork => !isStatic(work),
    replace(work, edit, { activations }, sites) {
      if (note !== undefined) notHandedOn(work, activations, note, sites);
      return writeMeasured(work, edit).map((written) => withReason(written, note));
    },
    note,
  };
};

function writeMeasured(work: readonly IntegerWork[], edit: IntegerEdit): StorageNote[] {
  const measured = new Map<string, QuantizedValue>();
  return work.map((one) => {
    const { layer } = one;
    const quantized = measured.get(layer.input) ?? measure(one, edit);
    measured.set(layer.input, quantized);
    return noteOf(one, writeLayer(one, quantized, edit), edit);
  });
}

/** The values that `qdq` would hand on as 8-bit integers, were their ranges not measured on each run. */
function notHandedOn(
  work: readonly IntegerWork[],
  activations: ValueSites['activations'],
  reason: string,
  sites: SiteNotes,
): void {
  const taken = new Set(work.map(({ layer }) => layer.input));
  for (const [id, site] of activations) if (!taken.has(id) && measuresRange(site)) sites.left(id, reason);
}

function measure({ layer }: IntegerWork, edit: IntegerEdit): QuantizedValue {
  const { graph } = edit;
  const { input, node } = layer;
  const [value, scale, zero] = ['quantized', 'scale', 'zero'].map((part) =>
    graph.newName(`${input}_${part}`),
  ) as [string, string, string];
  const floats = floatInput(layer, edit);
  const outputs = [value, scale, zero];
  const quantize = makeNode({ op: 'DynamicQuantizeLinear', inputs: [floats.name], outputs });
  graph.replace(node, [...floats.nodes, quantize, node]);
  return { value, scale, zero };
}

/** Writes each layer on its own, by operators that multiply integers: 8-bit inputs with fixed ranges, float results. */
export const operatorsRule: IntegerRule<StaticWork> = { matches: isStatic, replace: writeStatic };

/** Writes those so that runtimes fuse nothing to, where `qdq` was asked for. */
export const unfusedRule: IntegerRule<StaticWork> = {
  matches: (work): work is StaticWork => isStatic(work) && !isFused(work.layer),
  replace: (work, edit) => writeStatic(work, edit).map((written) => withReason(written, notFused)),
  note: notFused,
};

function writeStatic(work: readonly StaticWork[], edit: IntegerEdit): StorageNote[] {
  const inputs = quantizedInputs(edit);
  return work.map((one) => {
    const { layer, input } = one;
    const value = inputs.quantized(one);
    const [, zero] = edit.parameters(layer.input, input);
    return noteOf(one, writeLayer(one, { value, zero, factor: input.scale }, edit), edit);
  });
}

/** By the operator that multiplies the codes. */
const writers = {
  ConvInteger: writeConvInteger,
  MatMulInteger: writeMatMulInteger,
  QAttention: writeQAttention,
};

const writeLayer = (work: IntegerWork, input: QuantizedValue, edit: IntegerEdit): WrittenLayer =>
  writers[work.layer.integer.becomes.operators](work, input, edit);
