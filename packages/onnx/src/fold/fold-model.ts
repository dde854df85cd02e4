import { checkGraph, type GraphOrder } from '../model/check-graph.js';
import { writeBodies } from '../model/function-body.js';
import { nodeLabel } from '../model/node-label.js';
import type { OnnxModel } from '../model/model.js';
import { checkModel } from '../model/check-model.js';
import type { GraphProto, NodeProto } from '../schema/proto.js';
import { absorbAffine } from './absorb-affine.js';
import { absorbScale } from './absorb-scale.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { modelEditor } from '../graph/model-editor.js';
import { foldConstants } from './fold-constants.js';
import type { FoldRule } from './fold-step.js';
import { joinHardSwish } from './hard-swish.js';
import { movesBeforeCasts } from './moves-before-casts.js';
import { plainGemm } from './plain-gemm.js';
import { unfuse } from './unfuse.js';

/** What was folded, and what was left alone and why. */
export interface FoldReport {
  /** How often each rule was applied. */
  readonly folded: Readonly<Record<string, number>>;
  readonly refused: readonly { readonly rule: string; readonly node: string; readonly reason: string }[];
}

/** In the order in which they are tried on a node. */
const rules: readonly FoldRule[] = [
  foldConstants,
  movesBeforeCasts,
  unfuse,
  plainGemm,
  joinHardSwish,
  absorbAffine,
  absorbScale,
];

/**
 * Values of constants that are read at most: many small operators on one large constant would take hours otherwise.
 * Real models read each constant a few times.
 */
const mostRead = 2 ** 29;

/** Every application removes a node or makes one simpler, so this is only a guard against a mistake in a rule. */
const mostPasses = 100;

/**
 * Folds constants, batch normalizations and other affine steps into the weights before them, in the model itself.
 * Results stay the same up to float rounding; the interface and the names of weights stay as they are.
 *
 * @throws LowbitError `graph-invalid`, `graph-cyclic` for a model that was not checked before.
 */
export function foldModel(model: OnnxModel): FoldReport {
  checkModel(model, 'foldModel(model)');
  return foldOrdered(model, checkGraph(model.proto, model.name)).report;
}

/**
 * As {@link foldModel}, for a model whose order is known.
 *
 * @param order Of this very model.
 * @returns What was folded, and the order of the nodes from then on.
 */
export function foldOrdered(
  model: OnnxModel,
  order: GraphOrder,
): { readonly report: FoldReport; readonly order: GraphOrder } {
  const folded: Record<string, number> = {};
  const refused = new Map<string, FoldReport['refused'][number]>();
  const editor = modelEditor(model, { order });
  const changed = new Set<GraphProto>();
  for (const graph of order.keys()) {
    const editable = editor.graph(graph);
    if (!foldGraph(editable, editor.opsetOf(graph), folded, refused)) continue;
    editable.apply();
    changed.add(graph);
  }
  writeBodies(model.proto);
  return {
    report: { folded, refused: [...refused.values()] },
    order: new Map([...order].map(([graph, nodes]) => [graph, changed.has(graph) ? graph.node : nodes])),
  };
}

/** Whether it changed anything. */
function foldGraph(
  graph: EditableGraph,
  opset: number,
  folded: Record<string, number>,
  refused: Map<string, FoldReport['refused'][number]>,
): boolean {
  for (let pass = 0; pass < mostPasses; pass++) {
    let changes = 0;
    for (const node of graph.nodes()) {
      if (graph.valuesRead() > mostRead) {
        refused.set('', { rule: 'all', node: nodeLabel(node), reason: tooMuch });
        return pass > 0 || changes > 0;
      }
      if (!stillThere(node, graph)) continue;
      for (const rule of rules) {
        const step = rule.apply(node, graph, opset);
        if (step === undefined) continue;
        const key = `${rule.name}:${nodeLabel(node)}`;
        if (typeof step === 'object')
          refused.set(key, { rule: rule.name, node: nodeLabel(node), reason: step.reason });
        if (step !== 'folded') continue;
        refused.delete(key);
        folded[rule.name] = (folded[rule.name] ?? 0) + 1;
        changes++;
        if (!stillThere(node, graph)) break;
      }
    }
    if (changes === 0) return pass > 0;
  }
  return true;
}

const tooMuch = 'the constants of the model were read too often by now: from this node on nothing is folded';

/** Whether the node was not removed since the pass began. */
const stillThere = (node: NodeProto, graph: EditableGraph): boolean =>
  node.output.some((name) => name !== '' && graph.producer(name) === node);
