import type { WeightSite } from '../../describe/weight-site.js';
import { isStandard } from '../../graph/scope.js';
import { subgraphsOf } from '../../model/subgraphs.js';
import { chainOperator } from '../../operators/moves/chain-operators.js';
import type { GraphProto, NodeProto } from '../../schema/proto.js';

/** A node that takes a value. */
interface Reader {
  readonly node: NodeProto;
  readonly input: number;
}

/** Who takes the values of a graph, in it and in the graphs inside. */
interface Readers {
  readonly of: ReadonlyMap<string, readonly Reader[]>;
  readonly constants: ReadonlySet<string>;
  readonly results: ReadonlySet<string>;
}

/**
 * Why codes that are good for the known users of a weight may do harm elsewhere: something else takes it too, as it is or moved, for instance a
 * table that is looked up and multiplied with. `undefined` where nothing does.
 */
export function otherReaders(): (site: WeightSite) => string | undefined {
  const known = new Map<GraphProto, Readers>();
  return ({ source, uses }) => {
    const readers = known.get(source.graph) ?? readersIn(source.graph);
    known.set(source.graph, readers);
    const isUse = ({ node, input }: Reader) => uses.some((use) => use.node === node && use.input === input);
    const names = new Set([source.name]);
    for (const name of names) {
      if (readers.results.has(name)) return 'the graph hands it out too, as it is or moved';
      for (const reader of readers.of.get(name) ?? []) {
        const { node } = reader;
        if (isUse(reader) || isStandard(node, 'Shape') || isStandard(node, 'Size')) continue;
        if (!moves(node, readers))
          return `${node.opType} takes it too, as it is or moved, and is not looked at`;
        for (const moved of node.output) names.add(moved);
      }
    }
    return undefined;
  };
}

/** Whether a node moves values of a constant alone, and makes a constant of it. */
const moves = (node: NodeProto, { constants }: Readers): boolean =>
  chainOperator(node) !== undefined && !(isStandard(node, 'Gather') && !constants.has(node.input[1] ?? ''));

function readersIn(graph: GraphProto): Readers {
  const of = new Map<string, Reader[]>();
  const [constants, results] = [new Set<string>(), new Set<string>()];
  const gather = (own: GraphProto) => {
    for (const { name } of own.initializer) constants.add(name);
    for (const { name } of own.output) results.add(name);
    for (const node of own.node) {
      if (isStandard(node, 'Constant')) node.output.forEach((name) => constants.add(name));
      for (const [input, name] of node.input.entries()) {
        const others = of.get(name);
        if (others === undefined) of.set(name, [{ node, input }]);
        else others.push({ node, input });
      }
      for (const { graph: inner } of subgraphsOf(node)) gather(inner);
    }
  };
  gather(graph);
  return { of, constants, results };
}
