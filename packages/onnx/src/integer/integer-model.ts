import type { QuantizedTensor, StorageNote } from '@lowbit/core';
import type { Outcome } from '@lowbit/core/adapter';
import type { SiteNotes } from '../sites/site-notes.js';
import type { ModelDescription } from '../describe/described-layer.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import type { OnnxModel } from '../model/model.js';
import { type GraphProto } from '../schema/proto.js';
import { integerOpset, dynamicOpset } from '../target/versions.js';
import type { Runtime } from '../target/target.js';
import type { IntegerForm } from './cost.js';
import { int8Weight } from './int8-weight.js';
import { integerEdit } from './integer-edit.js';
import { integerLayers, type IntegerLayer, type IntegerLayers } from './integer-layers.js';
import type { IntegerWork, StaticWork } from './integer-work.js';
import { modelEditor } from '../graph/model-editor.js';
import { opsetRefusal, raiseOpset } from '../opset/raise.js';
import { measuresRange, uint8Site } from '../sites/uint8-site.js';
import { measuredRange, noGpuKernels } from './reasons.js';
import { writeDynamic, writeOperators } from './write-operators.js';
import { writeQdq } from './write-qdq.js';

/** What was decided, with all of its weights: integer layers are chosen by what these are. */
export interface WholeOutcome extends Outcome {
  readonly weights: ReadonlyMap<string, QuantizedTensor>;
}

/** What became of a model. */
export interface IntegerResult {
  /** The model, with a higher opset where that was needed. */
  readonly model: OnnxModel;
  /** Whether layers became integer. */
  readonly changed: boolean;
  /** How the weights are stored that integer operators use. */
  readonly storage: readonly StorageNote[];
  /** Why other weights are computed with as floats, by id. */
  readonly reasons: ReadonlyMap<string, string>;
}

/** The layers that integers make faster, before anything is known about their codes. */
export function findIntegerLayers(
  model: OnnxModel,
  { layers }: ModelDescription,
  graph: EditableGraph,
  form: IntegerForm,
  dynamic: boolean,
  runtime: Runtime | undefined,
): IntegerLayers {
  const onGpu = runtime?.provider === 'webgpu' ? noGpuKernels : undefined;
  const refusal = onGpu ?? opsetRefusal(model, opsetFor(dynamic));
  return integerLayers(layers, graph, form, refusal);
}

const opsetFor = (dynamic: boolean): number => (dynamic ? dynamicOpset : integerOpset);

/**
 * Rewrites the layers of a model, in place, whose weights and inputs are quantized to 8 bits, where integers make them
 * faster. The weights of other layers are left as they are, for `rewriteModel`.
 *
 * @param description Of this very model.
 * @param sites Told what becomes of each.
 */
export function integerModel(
  model: OnnxModel,
  description: ModelDescription,
  outcome: WholeOutcome,
  { form, runtime }: { readonly form: IntegerForm; readonly runtime: Runtime | undefined },
  sites: SiteNotes,
): IntegerResult {
  const editor = modelEditor(model, { order: description.order });
  const main = model.proto.graph as GraphProto;
  const graph = editor.graph(main);
  const dynamic = [...outcome.activations.values()].some(measuresRange);
  const found = findIntegerLayers(model, description, graph, form, dynamic, runtime);
  const reasons = new Map(found.reasons);
  const statics: StaticWork[] = [];
  const dynamics: IntegerWork[] = [];
  for (const layer of found.layers) {
    const work = workOf(layer, outcome);
    if (typeof work === 'string') reasons.set(layer.weight.id, `computed in floats: ${work}`);
    else if ('input' in work) statics.push(work);
    else dynamics.push(work);
  }
  if (statics.length + dynamics.length === 0) {
    noteLeft(description, reasons, sites);
    return { model, changed: false, storage: [], reasons };
  }
  const raised = raiseOpset(model, graph, opsetFor(dynamic));
  const edit = integerEdit(graph, raised.opset);
  const storage = [
    ...writeDynamic(dynamics, edit, form),
    ...(form === 'qdq' ? writeQdq(statics, edit, outcome, reasons, sites) : writeOperators(statics, edit)),
  ];
  noteWritten(dynamics, storage, sites, form === 'qdq' ? measuredRange : undefined);
  if (form === 'qdq' && dynamics.length > 0) noteNotHandedOn(dynamics, outcome, sites);
  noteWritten(statics, storage, sites);
  noteLeft(description, reasons, sites);
  if (edit.usesRuntimeDomain()) editor.importRuntimeDomain(main);
  editor.apply();
  return { model: raised, changed: true, storage, reasons };
}

/** The inputs of layers that became integer. */
function noteWritten(
  work: readonly IntegerWork[],
  storage: readonly StorageNote[],
  sites: SiteNotes,
  why?: string,
): void {
  const forms = new Map(storage.map(({ id, form }) => [id, form]));
  for (const { layer } of work) {
    const form = forms.get(layer.weight.id);
    if (form === undefined) continue;
    const taken = `taken as 8-bit integers by ${form}`;
    sites.written(layer.input, form, why === undefined ? taken : `${taken}; ${why}`);
  }
}

/** The values that `qdq` would hand on as 8-bit integers, were their ranges not measured on each run. */
function noteNotHandedOn(work: readonly IntegerWork[], { activations }: Outcome, sites: SiteNotes): void {
  const taken = new Set(work.map(({ layer }) => layer.input));
  for (const [id, site] of activations)
    if (!taken.has(id) && measuresRange(site)) sites.left(id, measuredRange);
}

/** The inputs of layers that did not, which nothing has changed. */
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

function workOf(
  layer: IntegerLayer,
  { weights, activations, floatSites }: WholeOutcome,
): IntegerWork | StaticWork | string {
  const tensor = weights.get(layer.weight.id);
  const site = activations.get(layer.input);
  if (tensor === undefined) return 'its weight is not quantized';
  if (site === undefined) return floatInput(floatSites.get(layer.input));
  const weight = int8Weight(tensor, layer.channelAxis);
  if (typeof weight === 'string') return weight;
  if (measuresRange(site)) return { layer, weight };
  const input = uint8Site(site);
  return typeof input === 'string' ? input : { layer, weight, input };
}

const floatInput = (why: string | undefined): string =>
  why === undefined ? 'its input is not quantized' : `its input stays float: ${why}`;
