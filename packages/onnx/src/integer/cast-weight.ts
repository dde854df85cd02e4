import { integerAttribute } from '../graph/attributes.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { isStandard } from '../graph/scope.js';
import type { DataType, NodeProto } from '../schema/proto.js';

/** A weight that is stored in another type than its layer takes. */
export interface CastWeight {
  /** The type that the layer takes. */
  readonly type: DataType;
  /** What casts it, the last one first; nothing else takes their values. */
  readonly casts: readonly NodeProto[];
}

/** More casts than these no exporter writes. */
const most = 8;

/** How a layer gets a constant that is cast for it alone; `undefined` where anything else is done with it, or others take it too. */
export function castWeight(
  layer: NodeProto,
  input: number,
  constant: string,
  graph: EditableGraph,
): CastWeight | undefined {
  const casts: NodeProto[] = [];
  let [name, user] = [layer.input[input] ?? '', layer];
  while (name !== constant && casts.length < most) {
    const node = graph.producer(name);
    const isAlone = graph.soleUser(name) === user;
    if (node === undefined || !isAlone || !(isStandard(node, 'Cast') || isStandard(node, 'Identity')))
      return undefined;
    casts.push(node);
    [name, user] = [node.input[0] ?? '', node];
  }
  const last = casts.find((node) => isStandard(node, 'Cast'));
  if (name !== constant || last === undefined || graph.soleUser(name) !== user) return undefined;
  return { type: integerAttribute(last, 'to', 0), casts };
}

/** Has the layer take the constant as it is, whose codes take its place. */
export function dropCasts(
  { casts }: CastWeight,
  layer: NodeProto,
  input: number,
  constant: string,
  graph: EditableGraph,
): void {
  graph.setInput(layer, input, constant);
  for (const node of casts) graph.replace(node, []);
}
