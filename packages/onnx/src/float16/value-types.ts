import { attributeOf, hasReferences } from '../graph/attributes.js';
import { valueOfConstant } from '../graph/constant-source.js';
import { type Definition, isStandard, makeScope, resolve, type Scope } from '../graph/scope.js';
import type { GraphOrder } from '../model/check-graph.js';
import { bodyOf } from '../model/function-body.js';
import { keyOfFunction, keyOfNode } from '../model/operator-key.js';
import { subgraphsOf } from '../model/subgraphs.js';
import {
  DataType,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from '../schema/proto.js';

/** A node where it stands, with what its inputs and outputs are. */
export interface PlacedNode {
  readonly node: NodeProto;
  readonly scope: Scope;
  /** The values that it takes; `undefined` for an input that is left out. */
  readonly inputs: readonly (Definition | undefined)[];
  readonly outputs: readonly (Definition | undefined)[];
}

/** A function of the model, and what calls it. */
export interface CalledFunction {
  readonly scope: Scope;
  readonly calls: readonly PlacedNode[];
  /** Whether all calls give it values of the same types. */
  readonly isAlike: boolean;
}

/** All nodes of the main graph, of those inside it and of functions that are called, with the element types of what they take and make. */
export interface TypedNodes {
  /** In an order in which they can run; a node that holds graphs, and the first call of a function, stand behind what is inside. */
  readonly nodes: readonly PlacedNode[];
  readonly scopes: readonly Scope[];
  /** The element type of a value; `undefined` where neither the file nor the operators tell. */
  type(value: Definition): number | undefined;
  /** The function that a node calls. */
  called(node: NodeProto): CalledFunction | undefined;
  /** The function in which a graph stands. */
  functionOf(scope: Scope): CalledFunction | undefined;
}

/**
 * Tells the element types of the values of a model: as operators make them of what they take, else as the file declares.
 *
 * @param order Of this very model.
 */
export function typedNodes({ graph, functions }: ModelProto, order: GraphOrder): TypedNodes {
  const nodes: PlacedNode[] = [];
  const scopes: Scope[] = [];
  const types = new Map<Definition, number>();
  const known = new Map(functions.map((fn) => [keyOfFunction(fn), bodyOf(fn)]));
  const calledOnes = new Map<GraphProto, CalledFunction & { calls: PlacedNode[]; isAlike: boolean }>();
  const visit = (
    one: GraphProto,
    path: string,
    parent: Scope | undefined,
    around: PlacedNode | undefined,
  ) => {
    const scope = makeScope(one, path, parent);
    scopes.push(scope);
    const declared = declaredTypes(one);
    scope.definitions.forEach((value) => setKnown(types, value, typeOfGiven(value, declared)));
    giveInputs(one, scope, around, types);
    for (const node of order.get(one) ?? one.node) {
      const placed = place(node, scope);
      const body = known.get(keyOfNode(node));
      const inner = body
        ? [call(body, placed)].filter((scope) => scope !== undefined)
        : subgraphsOf(node).map(({ role, graph: held }) =>
            visit(held, `${path}${node.name}/${role}/`, scope, placed),
          );
      placed.outputs.forEach((value, at) => {
        if (value === undefined) return;
        const type = typeOfOutput(placed, at, inner, types) ?? declared.get(value.name);
        setKnown(types, value, type);
      });
      nodes.push(placed);
    }
    return scope;
  };
  const call = (body: GraphProto, placed: PlacedNode): Scope | undefined => {
    const before = calledOnes.get(body);
    if (before === undefined) {
      const scope = visit(body, `${placed.node.opType}()/`, undefined, placed);
      calledOnes.set(body, { scope, calls: [placed], isAlike: true });
      return scope;
    }
    before.calls.push(placed);
    const given = ({ inputs }: PlacedNode, at: number) => inputs[at] && types.get(inputs[at]);
    const [first] = before.calls as [PlacedNode];
    if (body.input.some((_, at) => given(first, at) !== given(placed, at))) before.isAlike = false;
    return before.isAlike ? before.scope : undefined;
  };
  visit(graph as GraphProto, '', undefined, undefined);
  return {
    nodes,
    scopes,
    type: (value) => types.get(value),
    called: (node) => calledOnes.get(known.get(keyOfNode(node)) as GraphProto),
    functionOf: (scope) => calledOnes.get(rootOf(scope).graph),
  };
}

const rootOf = (scope: Scope): Scope => (scope.parent === undefined ? scope : rootOf(scope.parent));

function place(node: NodeProto, scope: Scope): PlacedNode {
  const named = (name: string) => (name === '' ? undefined : resolve(scope, name));
  return { node, scope, inputs: node.input.map(named), outputs: node.output.map(named) };
}

const elementType = ({ type }: ValueInfoProto): number | undefined =>
  type?.value.case === 'tensorType' ? type.value.value.elemType : undefined;

function declaredTypes({ input, valueInfo, output }: GraphProto): ReadonlyMap<string, number> {
  return new Map(
    [...output, ...valueInfo, ...input].flatMap((info) => {
      const type = elementType(info);
      return type === undefined || type === 0 ? [] : [[info.name, type] as const];
    }),
  );
}

function setKnown(types: Map<Definition, number>, value: Definition, type: number | undefined): void {
  if (type !== undefined) types.set(value, type);
}

/** The type of a value that no node makes. */
function typeOfGiven(value: Definition, declared: ReadonlyMap<string, number>): number | undefined {
  if (value.kind === 'initializer') return value.tensor.dataType;
  return value.kind === 'input' ? declared.get(value.name) : undefined;
}

/** The inputs of a function, and those of the body of a loop, have the types of what goes in, where they are not told. */
function giveInputs(
  { input }: GraphProto,
  { definitions }: Scope,
  around: PlacedNode | undefined,
  types: Map<Definition, number>,
): void {
  if (around === undefined || around.node.opType === 'If') return;
  input.forEach(({ name }, at) => {
    const [inner, outer] = [definitions.get(name), around.inputs[at]];
    if (inner === undefined || outer === undefined || types.has(inner)) return;
    setKnown(types, inner, types.get(outer));
  });
}

/** Outputs of fixed types; the last of a list stands for all that follow. */
const fixedOutputs: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries({
    Shape: [DataType.INT64],
    Size: [DataType.INT64],
    NonZero: [DataType.INT64],
    ArgMax: [DataType.INT64],
    ArgMin: [DataType.INT64],
    NonMaxSuppression: [DataType.INT64],
    Equal: [DataType.BOOL],
    Less: [DataType.BOOL],
    Greater: [DataType.BOOL],
    LessOrEqual: [DataType.BOOL],
    GreaterOrEqual: [DataType.BOOL],
    And: [DataType.BOOL],
    Or: [DataType.BOOL],
    Xor: [DataType.BOOL],
    Not: [DataType.BOOL],
    IsNaN: [DataType.BOOL],
    IsInf: [DataType.BOOL],
    ConvInteger: [DataType.INT32],
    MatMulInteger: [DataType.INT32],
    DynamicQuantizeLinear: [DataType.UINT8, DataType.FLOAT, DataType.UINT8],
  }),
);

/** Outputs behind the first that have a type of their own. */
const laterOutputs: ReadonlyMap<string, number> = new Map(
  Object.entries({
    TopK: DataType.INT64,
    MaxPool: DataType.INT64,
    Unique: DataType.INT64,
    Dropout: DataType.BOOL,
    LayerNormalization: DataType.FLOAT,
  }),
);

/** The input whose type the first output has, where it is not the first. */
const typedBy: ReadonlyMap<string, number> = new Map(
  Object.entries({
    Where: 1,
    OneHot: 2,
    DequantizeLinear: 1,
    CastLike: 1,
    QuantizeLinear: 2,
    GatherBlockQuantized: 2,
  }),
);

/** Operators of other domains that give what they take first. */
const likeTheirInput = new Set(
  `FastGelu BiasGelu Gelu QuickGelu BiasAdd FusedMatMul FusedGemm FusedConv MatMulNBits MatMulBnb4 SkipLayerNormalization
  SkipSimplifiedLayerNormalization SimplifiedLayerNormalization BiasSoftmax Attention MultiHeadAttention`.split(
    /\s+/,
  ),
);

/** What a node makes: tensors that operators tell of, else `undefined`. */
function typeOfOutput(
  { node, inputs }: PlacedNode,
  at: number,
  inner: readonly Scope[],
  types: ReadonlyMap<Definition, number>,
): number | undefined {
  const { opType } = node;
  const typeOf = (value: Definition | undefined) => (value === undefined ? undefined : types.get(value));
  const [body] = inner;
  if (body !== undefined) {
    const isLoop = body.parent !== undefined && opType === 'Loop';
    const name = body.graph.output[isLoop ? at + 1 : at]?.name ?? '';
    return typeOf(resolve(body, name));
  }
  if (!isStandard(node, opType) && !likeTheirInput.has(opType)) return undefined;
  if (/^Sequence|^Optional|^SplitToSequence$|^String/.test(opType)) return undefined;
  if (opType === 'Constant') return valueOfConstant(node)?.dataType;
  if (/^(Cast|ConstantOfShape|EyeLike|Random.*)$/.test(opType) && hasReferences(node)) return undefined;
  if (opType === 'ConstantOfShape') return attributeOf(node, 'value')?.t?.dataType ?? DataType.FLOAT;
  if (opType === 'Cast') return Number(attributeOf(node, 'to')?.i ?? 0);
  const stated = attributeOf(node, 'dtype');
  if (stated !== undefined) return Number(stated.i);
  if (/^Random(Normal|Uniform)$/.test(opType)) return DataType.FLOAT;
  const listed = fixedOutputs.get(opType);
  if (listed !== undefined) return listed[Math.min(at, listed.length - 1)];
  return (at > 0 ? laterOutputs.get(opType) : undefined) ?? typeOf(inputs[typedBy.get(opType) ?? 0]);
}
