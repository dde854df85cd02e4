import { defined } from '@lowbit/core/adapter';
import { hasReferences } from '../graph/attributes.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { modelEditor, type ModelEditor } from '../graph/model-editor.js';
import type { GraphOrder } from '../model/check-graph.js';
import { bodyOf, opsetOf } from '../model/function-body.js';
import { domainName, standardDomain, type OnnxModel } from '../model/model.js';
import { subgraphsOf } from '../model/subgraphs.js';
import { createOperatorSet, type GraphProto, type ModelProto, type NodeProto } from '../schema/proto.js';
import { dynamicOpset } from '../target/versions.js';
import type { ConvertedGraph, Converter } from './converter.js';
import { changesOf } from './converters.js';
import { floatTypesOf, hasOtherFloats } from './float-types.js';
import { type Ranks, ranksOf } from './ranks.js';

/** A node that a later version of the standard operators says in another way. */
interface Change {
  readonly node: NodeProto;
  readonly graph: ConvertedGraph;
  readonly converters: readonly Converter[];
}

/** A node that no later version has an equal of. */
export interface Obstacle {
  readonly node: NodeProto;
  readonly reason: string;
}

/**
 * Why a model cannot be raised to a higher opset without a change of meaning; `undefined` when it can, or need not.
 *
 * @param needed `integerOpset` or {@link dynamicOpset}.
 */
export function opsetRefusal(model: OnnxModel, needed: number): string | undefined {
  const { opset } = model;
  const found = obstacle(model, needed);
  if (found === undefined) return undefined;
  const missing = needed === dynamicOpset ? 'DynamicQuantizeLinear' : 'integer operators';
  const old = `computed in floats: the operator set ${opset} has no ${missing} (which came with ${needed})`;
  return `${old}, and ${found.node.opType} cannot be raised to it: ${found.reason}`;
}

/**
 * The first node of a model that has no equal at a higher opset.
 *
 * @param order Of this very model. Default: the order in which nodes stand.
 */
export function obstacle(model: OnnxModel, needed: number, order?: GraphOrder): Obstacle | undefined {
  if (model.opset >= needed) return undefined;
  for (const { node, graph, converters } of changes(
    model,
    needed,
    lookedAt(modelEditor(model, defined({ order }))),
  )) {
    const given = hasReferences(node)
      ? 'whoever calls the function around it gives its attributes'
      : undefined;
    const unfit = converters.map((one) => one.unfit?.(node, graph)).find((one) => one !== undefined);
    const reason = given ?? unfit;
    if (reason !== undefined) return { node, reason };
  }
  return undefined;
}

/**
 * Raises a model without an {@link obstacle} to an opset, in place. The editor's changes, all graphs in the order in which
 * they run among them, are still to be applied.
 */
export function raiseOpset(model: OnnxModel, editor: ModelEditor, needed: number): OnnxModel {
  if (model.opset >= needed) return model;
  for (const { node, graph, converters } of [...changes(model, needed, rewritten(editor))]) {
    for (const converter of converters) converter.convert(node, graph);
  }
  const { proto } = model;
  for (const importing of [proto, ...proto.functions]) importing.opsetImport = raised(importing, needed);
  const domains = new Map([...model.domains, [standardDomain, needed] as const]);
  return { ...model, opset: needed, domains };
}

const raised = ({ opsetImport }: Pick<ModelProto, 'opsetImport'>, needed: number) =>
  opsetImport.map((set) =>
    domainName(set.domain) === standardDomain && Number(set.version) < needed
      ? createOperatorSet(set.domain, needed)
      : set,
  );

/** How a graph is opened. */
type Opening = (graph: GraphProto) => () => EditableGraph;

/** When something in it changes. */
const lookedAt =
  (editor: ModelEditor): Opening =>
  (graph) =>
    lazily(() => editor.graph(graph));

/** In any case, so that all come to stand in the order in which they run. */
const rewritten =
  (editor: ModelEditor): Opening =>
  (graph) => {
    const edit = editor.graph(graph);
    return () => edit;
  };

/** Everything that changes between a model's opset and a higher one, in all of its graphs. */
function* changes(model: OnnxModel, needed: number, open: Opening): Generator<Change> {
  const { proto } = model;
  const onlyFloat = !hasOtherFloats(proto);
  const walk = function* (graph: GraphProto, opset: number, around?: Ranks): Generator<Change> {
    const edit = open(graph);
    const rank = lazily(() => ranksOf(graph, edit(), around));
    const type = lazily(() => floatTypesOf(graph, edit(), onlyFloat));
    const converted: ConvertedGraph = {
      get edit() {
        return edit();
      },
      rank: (name) => rank()(name),
      floatType: (name) => type()(name),
    };
    for (const node of graph.node) {
      const converters = changesOf(node, opset, needed);
      if (converters.length > 0) yield { node, graph: converted, converters };
      for (const inner of subgraphsOf(node)) yield* walk(inner.graph, opset, converted.rank);
    }
  };
  yield* walk(proto.graph as GraphProto, model.opset);
  for (const fn of proto.functions) yield* walk(bodyOf(fn), opsetOf(fn, model));
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
