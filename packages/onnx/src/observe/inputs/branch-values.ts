/**
 * What is computed in branches of If is not seen from outside. A copy of the model hands it out through outputs that are added to the
 * branches and to the nodes around them; a branch that is not taken hands out a list of no values. Before version 11 of the operators both
 * branches must give values of one shape, as far as it is known beforehand: there it is made known on each run alone.
 */
import { makeAttribute, makeNode } from '../../graph/make-node.js';
import { makeTensor } from '../../graph/make-tensor.js';
import { freePrefix } from '../../graph/names.js';
import { isStandard } from '../../graph/scope.js';
import type { OnnxModel } from '../../model/model.js';
import { subgraphsOf } from '../../model/subgraphs.js';
import {
  copyMessage,
  createValueInfo,
  DataType,
  type GraphProto,
  type NodeProto,
} from '../../schema/proto.js';

/** A value as nodes of a graph see it. */
export interface ValueInGraph {
  readonly graph: GraphProto;
  readonly value: string;
  /** Element type. */
  readonly type: number;
}

/** Why values of a graph inside the main one cannot be handed out; `undefined` for branches of If, nested ones too, and the main graph. */
export function hiddenGraphs(main: GraphProto): (graph: GraphProto) => string | undefined {
  const reasons = new Map<GraphProto, string | undefined>([[main, undefined]]);
  const walk = (graph: GraphProto, reason: string | undefined) => {
    for (const node of graph.node)
      for (const { graph: inner } of subgraphsOf(node)) {
        const own = reason ?? (isIf(node) ? undefined : bodyReason(node.opType));
        reasons.set(inner, own);
        walk(inner, own);
      }
  };
  walk(main, undefined);
  return (graph) => (reasons.has(graph) ? reasons.get(graph) : 'it stands in a function of the model');
}

const isIf = (node: NodeProto): boolean => isStandard(node, 'If');

const bodyReason = (op: string): string =>
  `it stands in the body of a ${op}, whose steps the runtime does not give one by one`;

/** A model of which values inside branches are values of the main graph too. */
export interface OpenedBranches {
  readonly model: OnnxModel;
  /** What each of the values is called in the main graph. */
  readonly names: readonly string[];
}

/** @param wanted Of the main graph and of branches that are not hidden. The model itself is not changed. */
export function openBranches(model: OnnxModel, wanted: readonly ValueInGraph[]): OpenedBranches {
  const main = model.proto.graph as GraphProto;
  const inner = new Map<GraphProto, Handed[]>();
  const prefix = freePrefix([main], 'lowbit_inner');
  const names = wanted.map(({ graph, value, type }, i) => {
    if (graph === main) return value;
    const name = `${prefix}${i}`;
    inner.set(graph, [...(inner.get(graph) ?? []), { name, value, type }]);
    return `${name}.0`;
  });
  if (inner.size === 0) return { model, names };
  const { graph } = opened(main, inner, {
    depth: 0,
    hand: model.opset < differsFrom ? handHidden : handPlainly,
  });
  return { model: { ...model, proto: copyMessage(model.proto, { graph }) }, names };
}

/** A value on its way out. Its name ends with the depth of the graph that it is in, as names inside must not be those outside. */
interface Handed {
  readonly name: string;
  readonly type: number;
  /** What it is called where it is made. */
  readonly value?: string;
}

/** The version of the operators from which on branches may give values of different shapes. */
const differsFrom = 11;

/** Nodes that give a value another name. @param condition Of the If whose branch they stand in. */
type Hand = (value: string, name: string, condition: string) => readonly NodeProto[];

const handPlainly: Hand = (value, name) => [makeNode({ op: 'Identity', inputs: [value], outputs: [name] })];

/** The same by a shape to which a zero is added that the condition is made into, and which therefore only runs know. */
const handHidden: Hand = (value, name, condition) => {
  const own = (word: string) => `${name}.${word}`;
  const zero = { value: { tensor: makeTensor('', DataType.INT64, [], [0]) } };
  const cast = { to: DataType.INT64 };
  return [
    makeNode({ op: 'Constant', inputs: [], outputs: [own('zero')], attributes: zero }),
    makeNode({ op: 'Cast', inputs: [condition], outputs: [own('taken')], attributes: cast }),
    makeNode({ op: 'Mul', inputs: [own('taken'), own('zero')], outputs: [own('none')] }),
    makeNode({ op: 'Shape', inputs: [value], outputs: [own('sizes')] }),
    makeNode({ op: 'Add', inputs: [own('sizes'), own('none')], outputs: [own('shape')] }),
    makeNode({ op: 'Reshape', inputs: [value, own('shape')], outputs: [name] }),
  ];
};

/** Where a graph stands, and how values come out of it. */
interface Place {
  readonly depth: number;
  readonly hand: Hand;
  /** Of the If whose branch it is. */
  readonly condition?: string;
}

/** A copy of a graph whose own values, and those of branches inside it, have names in it. */
function opened(
  graph: GraphProto,
  inner: ReadonlyMap<GraphProto, readonly Handed[]>,
  { depth, hand, condition = '' }: Place,
): { readonly graph: GraphProto; readonly handed: readonly Handed[] } {
  const own = inner.get(graph) ?? [];
  const handed = [...own];
  const node = graph.node.map((one) => {
    if (!isIf(one)) return one;
    const place = { depth: depth + 1, hand, condition: one.input[0] ?? '' };
    const branches = subgraphsOf(one).map((branch) => ({ ...branch, ...opened(branch.graph, inner, place) }));
    const all = branches.flatMap((branch) => branch.handed);
    if (all.length === 0) return one;
    handed.push(...all.map(({ name, type }) => ({ name, type })));
    return copyMessage(one, {
      output: [...one.output, ...all.map(({ name }) => `${name}.${depth}`)],
      attribute: branches.map((branch) =>
        makeAttribute(branch.role, { graph: handingOut(branch.graph, all, branch.handed, place) }),
      ),
    });
  });
  const copies = own.flatMap(({ name, value = '' }) => hand(value, `${name}.${depth}`, condition));
  return { graph: copyMessage(graph, { node: [...node, ...copies] }), handed };
}

/** A branch that gives what both branches of its node hand out: its own values, and none in place of those of the other. */
function handingOut(
  branch: GraphProto,
  all: readonly Handed[],
  own: readonly Handed[],
  { depth, hand, condition }: Required<Place>,
): GraphProto {
  const nothing = all
    .filter((one) => !own.includes(one))
    .flatMap(({ name, type }) => {
      const empty = { value: { tensor: makeTensor('', type, [0], []) } };
      const outputs = [`${name}.${depth}.empty`];
      const none = makeNode({ op: 'Constant', inputs: [], outputs, attributes: empty });
      return [none, ...hand(`${name}.${depth}.empty`, `${name}.${depth}`, condition)];
    });
  const outputs = all.map(({ name, type }) => createValueInfo(`${name}.${depth}`, type));
  return copyMessage(branch, {
    node: [...branch.node, ...nothing],
    output: [...branch.output, ...outputs],
  });
}
