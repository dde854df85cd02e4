import { constantSource } from '../graph/constant-source.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { castNode } from '../graph/make-node.js';
import type { Definition } from '../graph/scope.js';
import { copyMessage, DataType, type TensorProto } from '../schema/proto.js';
import { type HalfConstant, valuesOf } from './half-constant.js';
import type { Names, Needs } from './write-halves.js';

/** Up to this many values a constant is stored in both types where both are needed. */
const mostStoredTwice = 1024;

/**
 * Stores a constant in the types that are needed. One of many values is stored once, as float16 where that holds it, and cast for those
 * that take float32: runtimes do that once, when they load the model.
 */
export function storeConstant(
  graph: EditableGraph,
  value: Definition,
  { tensor, unfit }: HalfConstant,
  { half, full }: Needs,
): Names {
  const { name, scope } = value;
  const same: Names = { half: name, full: name, made: 'full' };
  const source = constantSource(value);
  if (source === undefined) return same;
  const isGiven = scope.outputs.has(name);
  const isLarge = valuesOf(tensor) > mostStoredTwice && unfit === undefined && !isGiven;
  if (!half && !(full && isLarge)) return same;
  const put = (constants: readonly TensorProto[], cast?: string) => {
    const nodes = cast === undefined ? [] : [castNode(name, cast, DataType.FLOAT)];
    graph.replaceConstant(source, { constants, nodes }, []);
  };
  if (!full && !isGiven) {
    put([named(tensor, name)]);
    return { half: name, full: name, made: 'half' };
  }
  if (isLarge) {
    const cast = graph.newName(`${name}.float32`);
    put([named(tensor, name)], cast);
    return { half: name, full: cast, made: 'half' };
  }
  const second = graph.newName(`${name}.float16`);
  put([named(source.tensor, name), named(tensor, second)]);
  return { half: second, full: name, made: 'full' };
}

const named = (tensor: TensorProto, name: string): TensorProto => copyMessage(tensor, { name });
