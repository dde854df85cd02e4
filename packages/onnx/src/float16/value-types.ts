import { attributeOf } from '../graph/attributes.js';
import { type Definition, isStandard, makeScope, resolve, type Scope } from '../graph/scope.js';
import type { GraphOrder } from '../model/check-graph.js';
import { subgraphsOf } from '../model/subgraphs.js';
import { DataType, type GraphProto, type NodeProto, type ValueInfoProto } from '../schema/proto.js';

/** A node where it stands, with what its inputs and outputs are. */
export interface PlacedNode {
  readonly node: NodeProto;
  readonly scope: Scope;
  /** The values that it takes; `undefined` for an input that is left out. */
  readonly inputs: readonly (Definition | undefined)[];
  readonly outputs: readonly (Definition | undefined)[];
}

/** All nodes of the main graph and of those inside it, with the element types of what they take and make. */
export interface TypedNodes {
  /** In an order in which they can run; a node that holds graphs stands behind what is inside. */
  readonly nodes: readonly PlacedNode[];
  readonly scopes: readonly Scope[];
  /** The element type of a value; `undefined` where neither the file nor the operators tell. */
  type(value: Definition): number | undefined;
}

/**
 * Tells the element types of the values of a model: as operators make them of what they take, else as the file declares.
 *
 * @param order Of this very model.
 */
export function typedNodes(graph: GraphProto, order: GraphOrder): TypedNodes {
  const nodes: PlacedNode[] = [];
  const scopes: Scope[] = [];
  const types = new Map<Definition, number>();
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
      const inner = subgraphsOf(node).map(({ role, graph: body }) =>
        visit(body, `${path}${node.name}/${role}/`, scope, placed),
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
  visit(graph, '', undefined, undefined);
  return { nodes, scopes, type: (value) => types.get(value) };
}

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

/** The inputs of the body of a loop have the types of what goes in, where it does not tell them. */
function giveInputs(
  { input }: GraphProto,
  { definitions }: Scope,
  around: PlacedNode | undefined,
  types: Map<Definition, number>,
): void {
  if (around === undefined || !['Loop', 'Scan'].includes(around.node.opType)) return;
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
  `FastGelu BiasGelu Gelu QuickGelu BiasAdd FusedMatMul FusedGemm FusedConv MatMulNBits SkipLayerNormalization
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
    const name = body.graph.output[opType === 'Loop' ? at + 1 : at]?.name ?? '';
    return typeOf(resolve(body, name));
  }
  if (!isStandard(node, opType) && !likeTheirInput.has(opType)) return undefined;
  if (/^Sequence|^Optional|^SplitToSequence$|^String/.test(opType)) return undefined;
  const constant = attributeOf(node, 'value')?.t;
  if (opType === 'Constant' || opType === 'ConstantOfShape') return constant?.dataType ?? DataType.FLOAT;
  if (opType === 'Cast') return Number(attributeOf(node, 'to')?.i ?? 0);
  const stated = attributeOf(node, 'dtype');
  if (stated !== undefined) return Number(stated.i);
  if (/^Random(Normal|Uniform)$/.test(opType)) return DataType.FLOAT;
  const listed = fixedOutputs.get(opType);
  if (listed !== undefined) return listed[Math.min(at, listed.length - 1)];
  return (at > 0 ? laterOutputs.get(opType) : undefined) ?? typeOf(inputs[typedBy.get(opType) ?? 0]);
}
