import { freeName, namesOf } from './names.js';
import { bodyOf } from '../model/function-body.js';
import { subgraphsOf } from '../model/subgraphs.js';
import { renameValue } from './rename.js';
import type { GraphProto, ModelProto } from '../schema/proto.js';

/** Whether a name means something around a graph: by inputs, constants and the nodes before the one that holds it. */
type Around = (name: string) => boolean;

/**
 * Gives values of subgraphs other names where nodes define them though the graphs around do as well: the standard forbids
 * that, and runtimes do not load such files (onnxruntime 1.32). Initializers and inputs of a subgraph may hide a name.
 *
 * @returns Whether there were any.
 */
export function separateValues({ graph, functions }: ModelProto): boolean {
  const graphs = [graph as GraphProto, ...functions.map(bodyOf)];
  let taken: Set<string> | undefined;
  const rename = (inner: GraphProto, name: string): void => {
    taken ??= new Set(graphs.flatMap(namesOf));
    renameValue(inner, name, freeName(name, taken, '#'));
  };
  for (const one of graphs) visit(one, () => false, rename);
  return taken !== undefined;
}

function visit(graph: GraphProto, around: Around, rename: (graph: GraphProto, name: string) => void): void {
  const known = new Set([...graph.input, ...graph.initializer].map(({ name }) => name));
  for (const node of graph.node) {
    for (const { graph: inner } of subgraphsOf(node))
      visit(inner, (name) => known.has(name) || around(name), rename);
    for (const name of node.output) if (name !== '' && around(name)) rename(graph, name);
    for (const name of node.output) known.add(name);
  }
}
