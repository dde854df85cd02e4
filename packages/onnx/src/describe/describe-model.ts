import { checkGraph, type GraphOrder } from '../model/check-graph.js';
import { domainName, type OnnxModel } from '../model/model.js';
import { ownNames } from './metadata.js';
import { bodyOf, opsetOf } from '../model/function-body.js';
import { subgraphsOf } from '../model/subgraphs.js';
import type { GraphProto } from '../schema/proto.js';
import { argumentRoles } from './argument-roles.js';
import { decodingParameters } from './decoding-parameters.js';
import type { DescribedLayer, ModelDescription } from './described-layer.js';
import { layerWeights, type DescribeContext } from './layer-weights.js';
import { lookedUpTables } from './looked-up-tables.js';
import { macsOf, type ShapeOf } from './macs.js';
import { type SampleShapes, sampleShapes } from './sample-shapes.js';
import { modelEditor } from '../graph/model-editor.js';
import { type Definition, isStandard, makeScope, resolve, type Scope } from '../graph/scope.js';
import { siteDrafts } from './site-drafts.js';
import { uniqueName, type UsedNames } from './unique-name.js';
import { unreadConstants } from './unread-constants.js';
import { valueShapes } from '../model/value-shapes.js';
import { defined } from '@lowbit/core/adapter';

export interface DescribeOptions {
  /** Whether the files beside the model can be read: otherwise weights in them are skipped. */
  readonly external?: boolean;
  /** Of this very model, where it was checked already. */
  readonly order?: GraphOrder;
}

interface Walk extends Omit<DescribeContext, 'opset' | 'inFunction'> {
  readonly order: GraphOrder;
  readonly names: UsedNames;
  readonly parameters: Set<Definition>;
  readonly lookedUp: Set<Definition>;
  readonly layers: DescribedLayer[];
  /** A shape that follows from those which the file tells. */
  readonly inferred: (graph: GraphProto, name: string, samples: number) => readonly number[] | undefined;
}

/**
 * Every operator of a model in the order of execution, those of its functions last, with the weights that can be quantized and the reasons why
 * others cannot. Constants are not operators and are not listed.
 *
 * @throws LowbitError `model-malformed` for a weight whose data do not fit its dimensions; `graph-invalid`,
 *   `graph-cyclic` for a graph that was not checked before.
 */
export function describeModel(model: OnnxModel, options: DescribeOptions = {}): ModelDescription {
  const order = options.order ?? checkGraph(model.proto, model.name);
  const drafts = siteDrafts(new Map());
  const walk: Walk = {
    model,
    functions: argumentRoles(model.proto),
    order,
    drafts,
    external: options.external ?? false,
    isOwn: ownNames(model.proto),
    parameters: new Set(),
    lookedUp: new Set(),
    names: new Map(),
    layers: [],
    inferred: inferredShapes(model),
  };
  walkGraph(walk, makeScope(model.proto.graph as GraphProto, ''), { opset: model.opset, inFunction: false });
  for (const fn of model.proto.functions) {
    walkGraph(walk, makeScope(bodyOf(fn), `${fn.name}/`), { opset: opsetOf(fn, model), inFunction: true });
  }
  return { layers: walk.layers, sites: drafts.finish(), order };
}

/** Shapes of the main graph that follow from what the file tells, sizes that it leaves open aside. They are found once somebody asks. */
function inferredShapes(model: OnnxModel): Walk['inferred'] {
  const main = model.proto.graph;
  const known = new Map<number, SampleShapes>();
  return (graph, name, samples) => {
    if (main === undefined || graph !== main) return undefined;
    const shapeOf =
      known.get(samples) ??
      sampleShapes(main, modelEditor(model).graph(main), model.opset, { samples, open: undefined });
    known.set(samples, shapeOf);
    return shapeOf(name);
  };
}

function walkGraph(walk: Walk, scope: Scope, place: Pick<DescribeContext, 'opset' | 'inFunction'>): void {
  const places = new Map(scope.graph.node.map((node, index) => [node, index]));
  const told = valueShapes(scope.graph);
  const shapeOf: ShapeOf = (name, samples = 1) => {
    const own = told.get(name);
    const isWhole = own?.every((size, axis) => typeof size === 'number' || (axis === 0 && samples === 1));
    return isWhole === true ? own : (walk.inferred(scope.graph, name, samples) ?? own);
  };
  for (const definition of decodingParameters(scope)) walk.parameters.add(definition);
  for (const definition of lookedUpTables(scope)) walk.lookedUp.add(definition);
  for (const node of walk.order.get(scope.graph) ?? []) {
    if (isStandard(node, 'Constant')) continue;
    const own = node.name === '' ? `${node.opType}_${places.get(node)}` : node.name;
    const id = uniqueName(`${scope.path}${own}`, walk.names);
    const { weights, skipped } = layerWeights(id, node, scope, { ...walk, ...place });
    const macs = macsOf(node, weights, shapeOf);
    walk.layers.push({
      id,
      op: node.opType,
      domain: domainName(node.domain),
      depth: walk.layers.length,
      ...defined({ macs }),
      node,
      graph: scope.graph,
      weights,
      skipped,
    });
    const unread = unreadConstants(node, (name) => resolve(scope, name) !== undefined);
    for (const one of unread) walk.drafts.standsFor(resolve(scope, one.tensor.name), one);
    const tensors = new Set(unread.map(({ tensor }) => tensor));
    for (const { role, graph } of subgraphsOf(node)) {
      walkGraph(walk, makeScope(graph, `${id}/${role}/`, scope, tensors), place);
    }
  }
}
