import { LowbitError, type QuantizedTensor, type StorageNote } from '@lowbit/core';
import type { WeightSite } from '../describe/weight-site.js';
import { freePrefix, ownPrefixes } from '../graph/names.js';
import { bodyOf, functionsByGraph, writeBodies } from '../model/function-body.js';
import type { OnnxModel } from '../model/model.js';
import { tensorBytes } from '../model/tensor-data.js';
import { raiseIr } from '../opset/raise-ir.js';
import { targetOf } from './target-of.js';
import { parentsOf } from '../graph/rename.js';
import { unshadow } from './unshadow.js';
import { writtenValues } from './written-values.js';
import {
  createOperatorSet,
  type DataType,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
} from '../schema/proto.js';
import { constantsOfAnyType, initializersStandAlone, irOfType, runtimeDomain } from '../target/versions.js';
import type { Optimize, Runtime, Target } from '../target/target.js';
import type { Fragment } from './fragment.js';
import { graphEdit, type GraphEdit } from './graph-edit.js';
import type { Lowered } from './lower.js';
import { lowerWeight } from './lower-weight.js';

/** Puts the quantized weights of a model into it, one after the other. */
interface WeightRewriter {
  /** @throws LowbitError `plan-mismatch` for what is no weight of this model, or of another shape. */
  add(id: string, tensor: QuantizedTensor): void;
  /** Changes the graphs, and tells how each weight is stored, in the order of their sites. */
  finish(): StorageNote[];
}

/**
 * Puts quantized weights into a model, in place: each source is replaced where it stands by nodes that end in the
 * same value, so that everything that uses it stays as it is. A weight that would not become smaller is left alone.
 * The IR version is raised where the constants need it, the operators' never.
 *
 * Weights are packed in the order of their sites, in which names are given: one that comes before its turn waits.
 *
 * @param sites The weights of this very model.
 * @param ids Those that come.
 * @param runtime What the forms are chosen for.
 * @param prefix What the names of all that is added begin with.
 */
export function weightRewriter(
  model: OnnxModel,
  sites: readonly WeightSite[],
  ids: ReadonlySet<string>,
  optimize: Optimize,
  runtime?: Runtime,
  prefix = ownPrefixes(model.proto).weights,
): WeightRewriter {
  const { proto } = model;
  const written = irOfConstants(model);
  const types = new Set<DataType>();
  const edits = graphEdits(model, written, prefix);
  const waiting = new Map<string, QuantizedTensor>();
  const notes: StorageNote[] = [];
  let turn = 0;
  const rewriteWhile = (isKnown: (id: string) => boolean) => {
    for (let site = sites[turn]; site !== undefined; site = sites[++turn]) {
      const tensor = waiting.get(site.id);
      if (!isKnown(site.id)) return;
      if (tensor === undefined) continue;
      waiting.delete(site.id);
      const place = { ...edits.placeOf(site), prefix: `${prefix}${turn}`, types };
      const target = targetOf(model, place.fn, runtime);
      notes.push(rewriteWeight(proto, target, place.site, tensor, optimize, place));
    }
  };
  return {
    add(id, tensor) {
      checkTensor(sites, ids, id, tensor, model.name);
      waiting.set(id, tensor);
      rewriteWhile((one) => waiting.has(one) || !ids.has(one));
    },
    finish() {
      rewriteWhile(() => true);
      edits.apply();
      if (types.size > 0) raiseIr(proto, Math.max(written, ...[...types].map(irOfType)));
      writeBodies(proto);
      return notes;
    },
  };
}

/** The same of weights that are all at hand. */
export function rewriteModel(
  model: OnnxModel,
  sites: readonly WeightSite[],
  weights: ReadonlyMap<string, QuantizedTensor>,
  optimize: Optimize,
  runtime?: Runtime,
  prefix?: string,
): StorageNote[] {
  const rewriter = weightRewriter(model, sites, new Set(weights.keys()), optimize, runtime, prefix);
  for (const [id, tensor] of weights) rewriter.add(id, tensor);
  return rewriter.finish();
}

/** The changes of all graphs of a model. */
function graphEdits(model: OnnxModel, ir: number, prefix: string) {
  const { proto } = model;
  const owners = functionsByGraph(proto);
  let innerPrefix: string | undefined;
  const parents = parentsOf([proto.graph as GraphProto, ...proto.functions.map(bodyOf)]);
  let [count, inner] = [0, 0];
  const newName = () => `${prefix}.${count++}`;
  const newInnerName = () => {
    innerPrefix ??= freePrefix([proto.graph as GraphProto, ...owners.keys()], 'inner');
    return `${innerPrefix}.${inner++}`;
  };
  const edits = new Map<GraphProto, GraphEdit>();
  const editOf = (graph: GraphProto) => {
    const edit = edits.get(graph) ?? graphEdit(graph, { ...model, ir }, newName);
    edits.set(graph, edit);
    return edit;
  };
  return {
    placeOf(described: WeightSite) {
      const site = unshadow(described, parents, newInnerName);
      const { graph } = site.source;
      return { site, fn: owners.get(graph), edit: editOf(graph) };
    },
    apply: () => edits.forEach((edit) => edit.apply()),
  };
}

/**
 * The IR version that the constants of rewritten weights need: codes are integers, which are initializers where `Constant`
 * nodes hold floats alone.
 */
export const irOfConstants = ({ ir, opset }: OnnxModel): number =>
  opset < constantsOfAnyType ? Math.max(ir, initializersStandAlone) : ir;

/** Where the parts of one weight go. */
interface Place {
  /** The function of the model that holds it, if one does. */
  readonly fn: FunctionProto | undefined;
  readonly edit: GraphEdit;
  /** What all of its names begin with. */
  readonly prefix: string;
  /** Told the types of its constants. */
  readonly types: Set<DataType>;
}

function rewriteWeight(
  proto: ModelProto,
  target: Target,
  site: WeightSite,
  tensor: QuantizedTensor,
  optimize: Optimize,
  { fn, edit, prefix, types }: Place,
): StorageNote {
  const { id, source } = site;
  const lowered = lowerWeight(site, tensor, target, optimize, { edit, prefix });
  const { added, removed, before, bytes, form, memoryBytes, reason, others, stored } = lowered;
  if (bytes >= before) return leftFloat(site, bytes, before);
  edit.replace(source, added, others);
  added.constants.forEach(({ dataType }) => types.add(dataType));
  if (usesRuntimeDomain(added, others)) [proto, fn].forEach(importRuntimeDomain);
  const hidden = removed.input?.length ? '; no longer a graph input, so that it can be computed' : '';
  const unread =
    site.unread === undefined ? '' : '; constants of that name in branches are gone: nothing reads them';
  for (const { graph, tensor } of site.unread ?? [])
    graph.initializer = graph.initializer.filter((other) => other !== tensor);
  return {
    id,
    form,
    storedBytes: bytes,
    memoryBytes,
    reason: `${reason}${hidden}${unread}`,
    ...writtenValues(stored ?? tensor, source.tensor.dataType),
  };
}

function leftFloat({ id, source }: WeightSite, quantized: number, before: number): StorageNote {
  const reason = `left as it was: its quantized form would take ${quantized} bytes in the file instead of ${before}`;
  return {
    id,
    form: 'float',
    float: true,
    storedBytes: before,
    memoryBytes: tensorBytes(source.tensor, id),
    reason,
  };
}

function usesRuntimeDomain(added: Fragment, others: Lowered['others']): boolean {
  return [...added.nodes, ...[...others.values()].flat()].some(({ domain }) => domain === runtimeDomain.name);
}

function importRuntimeDomain(into: Pick<ModelProto, 'opsetImport'> | undefined): void {
  const { name, version } = runtimeDomain;
  if (into === undefined || into.opsetImport.some(({ domain }) => domain === name)) return;
  into.opsetImport = [...into.opsetImport, createOperatorSet(name, version)];
}

/** @throws LowbitError `plan-mismatch` for a tensor without a site among those that come, or of another shape. */
export function checkTensor(
  sites: readonly WeightSite[],
  ids: ReadonlySet<string>,
  id: string,
  { shape }: QuantizedTensor,
  model: string,
): void {
  const site = ids.has(id) ? sites.find((one) => one.id === id) : undefined;
  const expected = site?.shape.join(' × ');
  if (expected === shape.join(' × ')) return;
  throw new LowbitError({
    code: 'plan-mismatch',
    where: `${model}: weight '${id}'`,
    expected: expected === undefined ? 'a weight of this model' : `a tensor of shape ${expected}`,
    received: expected === undefined ? 'an id that it does not have' : shape.join(' × '),
    remedy: 'Quantize the weights that the port describes, for the same file.',
  });
}
