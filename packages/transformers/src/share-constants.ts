import type { OnnxModel } from '@lowbit/onnx';
import { type Graph, graphsFrom, type Tensor } from './walk-model.js';

/** Smaller ones cost nothing. */
const fewestBytes = 1024;

/** A constant where it stands. */
interface Held {
  readonly graph: Graph;
  readonly tensor: Tensor;
}

/**
 * Stores constants of the same values once, in the main graph: weights that branches of a merged decoder repeat, and tied ones. The model
 * itself is changed.
 *
 * @returns Whether there were any.
 */
export function shareConstants({ proto }: OnnxModel): boolean {
  const main = proto.graph as Graph;
  const graphs = graphsFrom(main);
  const groups = sameConstants(graphs).filter((group) => group.length > 1);
  const taken = new Map<string, number>();
  for (const name of graphs.flatMap(namesOf)) taken.set(name, (taken.get(name) ?? 0) + 1);
  for (const [first, ...others] of groups as [Held, ...Held[]][]) {
    const { name } = first.tensor;
    const isOwn = first.graph === main || taken.get(name) === 1;
    const shared = isOwn ? name : freshName(name, taken);
    for (const { graph, tensor } of [first, ...others]) {
      if (graph === main && tensor === first.tensor) continue;
      graph.initializer = graph.initializer.filter((one) => one !== tensor);
      rename(graph, tensor.name, shared);
    }
    if (first.graph === main) continue;
    first.tensor.name = shared;
    main.initializer.push(first.tensor);
  }
  return groups.length > 0;
}

/** Constants by what they hold, those of outer graphs first. */
function sameConstants(graphs: readonly Graph[]): readonly Held[][] {
  const found = new Map<string, Held[][]>();
  for (const graph of graphs) {
    const given = new Set([...graph.input, ...graph.output].map(({ name }) => name));
    for (const tensor of graph.initializer) {
      if (given.has(tensor.name) || tensor.rawData.length < fewestBytes) continue;
      const key = `${tensor.dataType} ${tensor.dims.join()} ${hashOf(tensor.rawData)}`;
      const alike = found.get(key) ?? [];
      found.set(key, alike);
      const group = alike.find(([one]) => one && isSame(one.tensor.rawData, tensor.rawData));
      if (group === undefined) alike.push([{ graph, tensor }]);
      else group.push({ graph, tensor });
    }
  }
  return [...found.values()].flat();
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash;
}

const isSame = (one: Uint8Array, other: Uint8Array): boolean => one.every((byte, at) => byte === other[at]);

const namesOf = ({ input, initializer, node }: Graph): readonly string[] => [
  ...input.map(({ name }) => name),
  ...initializer.map(({ name }) => name),
  ...node.flatMap(({ output }) => output),
];

function freshName(name: string, taken: Map<string, number>): string {
  let number = 1;
  while (taken.has(`${name}_shared_${number}`)) number++;
  taken.set(`${name}_shared_${number}`, 1);
  return `${name}_shared_${number}`;
}

/** Lets nodes of a graph, and of graphs inside that do not mean another value by the name, take a value of another name. */
function rename(graph: Graph, from: string, to: string): void {
  for (const node of graph.node) {
    node.input = node.input.map((name) => (name === from ? to : name));
    for (const { g, graphs } of node.attribute)
      for (const inner of [...(g ? [g] : []), ...graphs])
        if (!namesOf(inner).includes(from)) {
          rename(inner, from, to);
          for (const output of inner.output) if (output.name === from) output.name = to;
        }
  }
}
