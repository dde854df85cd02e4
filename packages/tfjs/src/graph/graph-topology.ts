import { LowbitError } from '@lowbit/core';

/** A node of a TensorFlow graph as `model.json` holds it. Inputs are names: `node`, `node:1`, `^control`. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, NodeAttribute>>;
}

/** What is used of an attribute. */
interface NodeAttribute {
  readonly b?: boolean;
  readonly i?: string | number;
  readonly s?: StoredText;
  readonly list?: { readonly s?: readonly StoredText[] };
  readonly type?: string;
  readonly tensor?: object;
}

/** As `model.json` holds texts: base64, or codes of letters. */
type StoredText = string | readonly number[];

declare function atob(text: string): string;

/** The words of an attribute, one or a list; none where the node has no such attribute. */
export function attributeWords({ attr }: GraphNode, name: string): readonly string[] {
  const { s, list } = attr?.[name] ?? {};
  const stored = s === undefined ? (list?.s ?? []) : [s];
  return stored.map((text) => (typeof text === 'string' ? atob(text) : String.fromCharCode(...text)));
}

/** A function of the graph: the body of a loop or of a branch. */
export interface GraphFunction {
  readonly signature: { readonly name: string };
  readonly nodeDef?: readonly GraphNode[];
}

/** The topology of a `tf.GraphModel`; members that are not used here are kept. */
export interface GraphTopology {
  readonly node: readonly GraphNode[];
  readonly library?: { readonly function?: readonly GraphFunction[] };
}

/** Operators that TensorFlow.js waits for while a graph runs: those that it calls control, dynamic and hash table. */
const waitedFor =
  /^(Switch|Merge|Enter|Exit|NextIteration|LoopCond|(Stateless)?(If|While)|(Stateful)?PartitionedCall|EmptyTensorList|Tensor(List|Array).*|NonMaxSuppression.*|Where|ListDiff|HashTable.*|LookupTable.*|InitializeTable.*)$/;

/** Why a graph runs as a whole alone, in words; `undefined` for one that can be left in the midst and run on from there. */
export function whyWhole({ node }: GraphTopology): string | undefined {
  const found = node.find(({ op }) => waitedFor.test(op));
  return found && `a graph with branches, loops or lists runs as a whole (${found.op}: ${found.name})`;
}

/**
 * Checks that a topology is that of a graph model.
 *
 * @throws LowbitError `model-malformed`; the remedy tells a layers model apart.
 */
export function checkTopology(value: unknown, where: string): GraphTopology {
  const { node, library } = (value ?? {}) as Partial<GraphTopology>;
  if (!Array.isArray(node)) throw malformed(where, 'a graph model: a topology with a list of nodes', value);
  const functions = library?.function ?? [];
  if (!Array.isArray(functions))
    throw malformed(`${where}: library.function`, 'a list of functions', functions);
  checkNodes(node, `${where}: node`);
  functions.forEach((each: Partial<GraphFunction> | null, i) => {
    const at = `${where}: library.function[${i}]`;
    if (typeof each?.signature?.name !== 'string') throw malformed(at, 'a function with a name', each);
    checkNodes(each.nodeDef ?? [], `${at}.nodeDef`);
  });
  return value as GraphTopology;
}

function checkNodes(nodes: unknown, where: string): void {
  if (!Array.isArray(nodes)) throw malformed(where, 'a list of nodes', nodes);
  nodes.forEach((node: Partial<GraphNode> | null, i) => {
    const { name, op, input = [] } = node ?? {};
    const isNode =
      typeof name === 'string' &&
      typeof op === 'string' &&
      Array.isArray(input) &&
      input.every((each) => typeof each === 'string');
    if (!isNode) throw malformed(`${where}[${i}]`, 'a node with a name, an operator and input names', node);
  });
}

function malformed(where: string, expected: string, value: unknown): LowbitError {
  const isLayers = typeof value === 'object' && value !== null && 'model_config' in value;
  return new LowbitError({
    code: 'model-malformed',
    where,
    expected,
    received: isLayers ? 'a layers model' : kindOf(value),
    remedy: isLayers ? 'Load it with load() and give it to tfjs().' : 'Convert the model again.',
  });
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'no member'}`;
}
