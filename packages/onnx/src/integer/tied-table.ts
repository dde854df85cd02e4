import { integersAttribute, integerAttribute } from '../graph/attributes.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { isStandard } from '../graph/scope.js';
import type { WeightSite } from '../describe/weight-site.js';
import { operatorOf } from '../operators/operators.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import { signedCodes } from './int8-weight.js';
import { narrowed } from './float-values.js';
import type { IntegerEdit } from './integer-edit.js';
import type { IntegerLayer } from './integer-layer.js';
import type { IntegerWork } from './integer-work.js';

/** A table of embeddings that is a matrix of a product too, as language models have it: [entries, features], an output channel an entry. */
export interface TiedTable {
  /** The nodes that take rows of it. */
  readonly gathers: readonly NodeProto[];
  /** The node that turns it for the product, where that does not take it as it is. */
  readonly turn?: NodeProto;
}

/** What a product shares its weight with, where that is a table; `undefined` where anything else takes the weight too. */
export function tiedTable(
  { source, shape, outputAxes, uses }: WeightSite,
  product: NodeProto,
  graph: EditableGraph,
): TiedTable | undefined {
  const own = uses.filter(({ node }) => node === product);
  const gathers = uses.filter(({ node }) => node !== product).map(({ node }) => node);
  const isMatrix = source.tensor.dims.length === 2 && shape.length === 2 && outputAxes.join() === '0';
  if (!isMatrix || own.length !== 1 || own[0]?.input !== 1 || gathers.length === 0) return undefined;
  const isAlone = !graph.isHeld(source.name) && graph.users(source.name).length === gathers.length + 1;
  if (!isAlone || !gathers.every((node) => takesRows(node, source.name, graph))) return undefined;
  const along = operatorOf(product)?.product?.along(product);
  if (own[0].direct) return along === 1 ? { gathers } : undefined;
  const turn = graph.producer(product.input[1] ?? '');
  return along === 0 && turn !== undefined && isTurn(turn, source.name) ? { gathers, turn } : undefined;
}

function takesRows(node: NodeProto, table: string, graph: EditableGraph): boolean {
  const inGraph = graph.producer(node.output[0] ?? '') === node;
  return (
    inGraph &&
    isStandard(node, 'Gather') &&
    node.input[0] === table &&
    integerAttribute(node, 'axis', 0) === 0
  );
}

const isTurn = (node: NodeProto, table: string): boolean =>
  isStandard(node, 'Transpose') &&
  node.input[0] === table &&
  (integersAttribute(node, 'perm') ?? [1, 0]).join() === '1,0';

/** Names of what a product multiplies. */
export interface TurnedTable {
  /** The codes [features, entries]. */
  readonly codes: string;
  /** One number an entry. */
  readonly scales: string;
  /** What makes them, in front of the product. */
  readonly nodes: readonly NodeProto[];
}

/**
 * Stores the codes of a tied table once. Rows are taken as codes and decoded on each run; for the product the runtime turns the codes when
 * the session is created.
 *
 * @param factor What the scales are multiplied by for the product.
 */
export function writeTiedTable(
  { layer, weight }: IntegerWork,
  { gathers, turn }: TiedTable,
  factor: number,
  edit: IntegerEdit,
): TurnedTable {
  const { source, shape } = layer.weight;
  const { name } = source;
  const [entries = 0] = shape;
  const codes = edit.constant(`${name}_quantized`, DataType.INT8, shape, signedCodes(weight), source);
  const scales = edit.constant(`${name}_scale`, DataType.FLOAT, [entries, 1], weight.scale);
  for (const gather of gathers) edit.graph.replace(gather, rowsOf(gather, layer, [codes, scales], edit));
  const [turned, flat, scaled] = ['turned', 'scales', 'steps'].map((part) =>
    edit.graph.newName(`${name}_${part}`),
  ) as [string, string, string];
  const nodes = [
    edit.node('Transpose', [codes], turned, { perm: [1, 0] }),
    edit.node('Reshape', [scales, edit.graph.addIntegers(`${name}_entries`, [BigInt(entries)])], flat),
  ];
  if (factor !== 1) {
    const by = edit.constant(`${name}_factor`, DataType.FLOAT, [], [factor]);
    nodes.push(edit.node('Mul', [flat, by], scaled));
  }
  if (turn !== undefined) dropUnused(turn, layer.node, edit.graph);
  return { codes: turned, scales: factor === 1 ? flat : scaled, nodes };
}

/** Rows of codes, each with its scale. */
function rowsOf(
  gather: NodeProto,
  { type }: IntegerLayer,
  [codes, scales]: readonly [string, string],
  edit: IntegerEdit,
): NodeProto[] {
  const [output = ''] = gather.output;
  const [, indices = ''] = gather.input;
  const [rows, floats, factors] = ['rows', 'floats', 'scale'].map((part) =>
    edit.graph.newName(`${output}_${part}`),
  ) as [string, string, string];
  const result = narrowed(output, type, edit);
  return [
    edit.node('Gather', [codes, indices], rows),
    edit.node('Cast', [rows], floats, { to: DataType.FLOAT }),
    edit.node('Gather', [scales, indices], factors),
    edit.node('Mul', [floats, factors], result.name),
    ...result.nodes,
  ];
}

/** Takes a node away that the product alone takes. */
function dropUnused(turn: NodeProto, product: NodeProto, graph: EditableGraph): void {
  if (graph.soleUser(turn.output[0] ?? '') === product) graph.replace(turn, []);
}
