import type { GraphOrder } from '../model/check-graph.js';
import { bodyOf, functionsByGraph, opsetOf, writeBodies } from '../model/function-body.js';
import type { OnnxModel } from '../model/model.js';
import {
  createOperatorSet,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
} from '../schema/proto.js';
import { runtimeDomain } from '../target/versions.js';
import { editableGraph, type EditableGraph } from './editable-graph.js';
import { namesOf } from './names.js';

/** All graphs of a model, to be looked at and changed: the main one, those inside others, the bodies of functions. */
export interface ModelEditor {
  /** A graph as it becomes; opened when it is asked for first. */
  graph(graph: GraphProto): EditableGraph;
  /** The function of the model that a graph is inside of, if any. */
  functionOf(graph: GraphProto): FunctionProto | undefined;
  /** The version of the standard operators where a graph stands. */
  opsetOf(graph: GraphProto): number;
  /** Lets the operators of a graph be the runtime's own too. */
  importRuntimeDomain(graph: GraphProto): void;
  /** Writes the changes of the graphs that were opened. */
  apply(): void;
}

/** What an editor must know of a model; the versions may be those that the file gets. */
type Edited = Pick<OnnxModel, 'proto' | 'ir' | 'opset'>;

interface EditorOptions {
  /** Of this very model. Default: the order in which nodes stand. */
  readonly order?: GraphOrder;
  /** Whether `Constant` nodes stay where they stand. Default: they come first. */
  readonly keepsPlaces?: boolean;
}

export function modelEditor(model: Edited, { order, keepsPlaces = false }: EditorOptions = {}): ModelEditor {
  const { proto, ir } = model;
  const bodies = new Set(proto.functions.map(bodyOf));
  const owners = functionsByGraph(proto);
  const opened = new Map<GraphProto, EditableGraph>();
  let names: Set<string> | undefined;
  const taken = () => (names ??= new Set([proto.graph as GraphProto, ...bodies].flatMap(namesOf)));
  const functionOf = (graph: GraphProto) => owners.get(graph);
  const opset = (graph: GraphProto) => {
    const fn = functionOf(graph);
    return fn === undefined ? model.opset : opsetOf(fn, model);
  };
  const open = (graph: GraphProto): EditableGraph => {
    const place = { ir: bodies.has(graph) ? withoutInitializers : ir, opset: opset(graph), keepsPlaces };
    return editableGraph(graph, order?.get(graph) ?? graph.node, taken, place);
  };
  return {
    graph(graph) {
      const editor = opened.get(graph) ?? open(graph);
      opened.set(graph, editor);
      return editor;
    },
    functionOf,
    opsetOf: opset,
    importRuntimeDomain: (graph) => [proto, functionOf(graph)].forEach(importInto),
    apply() {
      for (const editor of opened.values()) editor.apply();
      writeBodies(proto);
    },
  };
}

/** A version of the format in which constants are nodes, as they are in functions of any. */
const withoutInitializers = 0;

function importInto(into: Pick<ModelProto, 'opsetImport'> | undefined): void {
  const { name, version } = runtimeDomain;
  if (into === undefined || into.opsetImport.some(({ domain }) => domain === name)) return;
  into.opsetImport = [...into.opsetImport, createOperatorSet(name, version)];
}

/** The main graph of a model, to be looked at and changed. @param order Of this very model. */
export const openGraph = (model: Edited, order: GraphOrder): EditableGraph =>
  modelEditor(model, { order }).graph(model.proto.graph as GraphProto);

/** Whether any of the nodes is an operator of the runtime's own. */
export const usesRuntimeDomain = (nodes: readonly NodeProto[]): boolean =>
  nodes.some(({ domain }) => domain === runtimeDomain.name);
