import { LowbitError, type QuantizedTensor, type StorageNote } from '@lowbit/core';
import type { WeightSite } from '../describe/weight-site.js';
import { modelEditor } from '../graph/model-editor.js';
import { freePrefix, ownPrefixes } from '../graph/names.js';
import { hides, parentsOf } from '../graph/rename.js';
import { bodyOf } from '../model/function-body.js';
import type { OnnxModel } from '../model/model.js';
import { raiseIr } from '../opset/raise-ir.js';
import type { DataType, GraphProto } from '../schema/proto.js';
import type { FormWish } from '../target/target.js';
import { constantsOfAnyType, initializersStandAlone, irOfType } from '../target/versions.js';
import { type BiasWork, rewriteWeight } from './rewrite-weight.js';
import { sharedConstants, type SharedConstants } from './shared-constants.js';
import { targetOf } from './target-of.js';

/** Puts the quantized weights of a model into it, one after the other. */
interface WeightRewriter {
  /** @throws LowbitError `plan-mismatch` for what is no weight of this model, or of another shape. */
  add(id: string, tensor: QuantizedTensor, bias?: BiasWork): void;
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
 * @param prefix What the names of all that is added begin with.
 */
export function weightRewriter(
  model: OnnxModel,
  sites: readonly WeightSite[],
  ids: ReadonlySet<string>,
  { optimize, runtime }: FormWish,
  prefix = ownPrefixes(model.proto).weights,
): WeightRewriter {
  const { proto } = model;
  const ir = irOfConstants(model);
  const types = new Set<DataType>();
  const editor = modelEditor({ ...model, ir }, { keepsPlaces: true });
  const visible = unshadowing(model, (site, fresh) =>
    editor.graph(site.source.graph).rename(site.source.name, fresh),
  );
  const shared = sharedByGraph(prefix);
  const waiting = new Map<
    string,
    { readonly tensor: QuantizedTensor; readonly bias: BiasWork | undefined }
  >();
  const notes: StorageNote[] = [];
  let turn = 0;
  const rewriteWhile = (isKnown: (id: string) => boolean) => {
    for (let described = sites[turn]; described !== undefined; described = sites[++turn]) {
      const came = waiting.get(described.id);
      if (!isKnown(described.id)) return;
      if (came === undefined) continue;
      waiting.delete(described.id);
      const site = visible(described);
      const { graph } = site.source;
      const target = targetOf(model, editor.functionOf(graph), runtime);
      const place = { editor, prefix: `${prefix}${turn}`, shared: shared(graph), types, bias: came.bias };
      notes.push(rewriteWeight(site, came.tensor, target, optimize, place));
    }
  };
  return {
    add(id, tensor, bias) {
      checkTensor(sites, ids, id, tensor, model.name);
      waiting.set(id, { tensor, bias });
      rewriteWhile((one) => waiting.has(one) || !ids.has(one));
    },
    finish() {
      rewriteWhile(() => true);
      editor.apply();
      if (types.size > 0) raiseIr(proto, Math.max(ir, ...[...types].map(irOfType)));
      return notes;
    },
  };
}

/** The same of weights that are all at hand. */
export function rewriteModel(
  model: OnnxModel,
  sites: readonly WeightSite[],
  weights: ReadonlyMap<string, QuantizedTensor>,
  wish: FormWish,
  { prefix, biases }: { readonly prefix?: string; readonly biases?: ReadonlyMap<string, BiasWork> } = {},
): StorageNote[] {
  const rewriter = weightRewriter(model, sites, new Set(weights.keys()), wish, prefix);
  for (const [id, tensor] of weights) rewriter.add(id, tensor, biases?.get(id));
  return rewriter.finish();
}

/** Small constants, each graph's own, with names that are unique in the model. */
function sharedByGraph(prefix: string): (graph: GraphProto) => SharedConstants {
  const known = new Map<GraphProto, SharedConstants>();
  let count = 0;
  return (graph) => {
    const shared = known.get(graph) ?? sharedConstants(() => `${prefix}.${count++}`);
    known.set(graph, shared);
    return shared;
  };
}

/**
 * Gives constants of subgraphs new names where a graph around them defines the same one: an initializer may hide a name, but
 * onnxruntime refuses a node that does.
 */
function unshadowing({ proto }: OnnxModel, rename: (site: WeightSite, fresh: string) => void) {
  const graphs = [proto.graph as GraphProto, ...proto.functions.map(bodyOf)];
  const parents = parentsOf(graphs);
  let prefix: string | undefined;
  let count = 0;
  return (site: WeightSite): WeightSite => {
    const { graph, name } = site.source;
    const fixed = graph.input.some((input) => input.name === name);
    if (fixed || !hides(graph, name, parents)) return site;
    prefix ??= freePrefix(graphs, 'inner');
    const fresh = `${prefix}.${count++}`;
    rename(site, fresh);
    return { ...site, source: { ...site.source, name: fresh } };
  };
}

/**
 * The IR version that the constants of rewritten weights need: codes are integers, which are initializers where `Constant`
 * nodes hold floats alone.
 */
export const irOfConstants = ({ ir, opset }: OnnxModel): number =>
  opset < constantsOfAnyType ? Math.max(ir, initializersStandAlone) : ir;

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
