import type { SpeedForecast, StorageNote } from '@lowbit/core';
import { type BiasNote, defined } from '@lowbit/core/adapter';
import { correctBias } from '../biases/correct-bias.js';
import type { SiteNotes } from '../sites/site-notes.js';
import type { DescribedModel, ModelDescription } from '../describe/described-layer.js';
import { type ModelEditor, modelEditor } from '../graph/model-editor.js';
import type { OnnxModel } from '../model/model.js';
import { raiseOpset } from '../opset/raise.js';
import type { GraphProto } from '../schema/proto.js';
import { measuresRange } from '../sites/uint8-site.js';
import { integerEdit } from './integer-edit.js';
import { integerLayers, opsetFor } from './integer-layers.js';
import { type IntegerLayer } from './integer-layer.js';
import { type IntegerWish } from './integer-wish.js';
import { ruleOn } from './integer-rule.js';
import { notesByWeight, wholeShares } from './shared-weight.js';
import { type IntegerWork, type WholeOutcome, workOf } from './integer-work.js';
import { measuredRule, operatorsRule, unfusedRule } from './write-operators.js';
import { qdqRule } from './write-qdq.js';

/** What became of a model. */
export interface IntegerResult {
  /** The model, with a higher opset where that was needed. */
  readonly model: OnnxModel;
  /** Whether layers became integer, or biases were corrected. */
  readonly changed: boolean;
  /** How the weights are stored that integer operators use. */
  readonly storage: readonly StorageNote[];
  /** What became of the biases of layers that were looked at, by the ids of weights. */
  readonly biases: ReadonlyMap<string, BiasNote>;
  /** Why other weights are computed with as floats, by id. */
  readonly reasons: ReadonlyMap<string, string>;
  /** Absent where nothing became integer for another reason than time. */
  readonly forecast?: SpeedForecast;
}

/**
 * Rewrites the layers of a model, in place, whose weights and inputs are quantized to 8 bits, where integers make them
 * faster. The weights of other layers are left as they are, for `rewriteModel`.
 *
 * @param sites Told what becomes of each.
 */
export function integerModel(
  { model, description }: DescribedModel,
  outcome: WholeOutcome,
  wish: IntegerWish,
  sites: SiteNotes,
): IntegerResult {
  const editor = modelEditor(model, { order: description.order });
  const main = model.proto.graph as GraphProto;
  const graph = editor.graph(main);
  const measures = [...outcome.activations.values()].some(measuresRange);
  const found = integerLayers(model, description.layers, graph, wish, measures);
  const reasons = new Map(found.reasons);
  const works = worksOf(found.layers, outcome, reasons);
  const biases = correctedBiases(works, outcome.shifts, editor);
  const rules = [
    ruleOn(measuredRule(wish.form), works, graph, outcome),
    ...(wish.form === 'qdq' ? [qdqRule, unfusedRule] : [operatorsRule]).map((rule) =>
      ruleOn(rule, works, graph, outcome),
    ),
  ];
  for (const rule of rules) rule.reasons.forEach((reason, id) => reasons.set(id, reason));
  const changed = rules.some(({ count }) => count > 0);
  const raised = changed ? raiseOpset(model, editor, opsetFor(measures)) : model;
  const edit = integerEdit(graph, raised.opset);
  const storage = notesByWeight(rules.flatMap(({ replace }) => replace(edit, sites))).map((note) => ({
    ...note,
    ...defined({ bias: biases.get(note.id) }),
  }));
  noteLeft(description, reasons, sites);
  if (edit.usesRuntimeDomain()) editor.importRuntimeDomain(main);
  if (changed || biases.size > 0) editor.apply();
  const forecast = changed || found.forecast?.taken === false ? found.forecast : undefined;
  return {
    model: raised,
    changed: changed || biases.size > 0,
    storage,
    biases,
    reasons,
    ...defined({ forecast }),
  };
}

/** Corrects the biases of layers before they become integers, whose sums have the corrected ones then. */
function correctedBiases(
  works: readonly IntegerWork[],
  shifts: WholeOutcome['shifts'],
  editor: ModelEditor,
): ReadonlyMap<string, BiasNote> {
  return new Map(
    works.flatMap(({ layer: { weight } }) => {
      const shift = shifts.get(weight.id);
      return shift === undefined ? [] : [[weight.id, correctBias(editor, weight, shift)] as const];
    }),
  );
}

/** The layers whose weight and input are 8-bit integers; why others are not is added to `reasons`. */
function worksOf(
  layers: readonly IntegerLayer[],
  outcome: WholeOutcome,
  reasons: Map<string, string>,
): readonly IntegerWork[] {
  const works = layers.flatMap((layer) => {
    const work = workOf(layer, outcome);
    if (typeof work !== 'string') return [work];
    reasons.set(layer.weight.id, `computed in floats: ${work}`);
    return [];
  });
  return wholeShares(works, reasons);
}

/** The inputs of layers that did not become integer, which nothing changes. */
function noteLeft(
  { layers }: ModelDescription,
  reasons: ReadonlyMap<string, string>,
  sites: SiteNotes,
): void {
  for (const { node, weights } of layers) {
    const reason = weights.map(({ id }) => reasons.get(id)).find((one) => one !== undefined);
    if (reason === undefined) continue;
    for (const name of node.input) sites.left(name, `a layer that takes it is ${reason}`);
  }
}
