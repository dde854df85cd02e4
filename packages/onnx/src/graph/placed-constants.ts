import { copyMessage, type NodeProto, type TensorProto } from '../schema/proto.js';
import { constantHolds, initializersStandAlone } from '../target/versions.js';
import type { ConstantSource } from './constant-source.js';
import { makeNode } from './make-node.js';

/** Constants as they are stored: initializers, or the values of nodes. */
export interface PlacedConstants {
  readonly initializer: readonly TensorProto[];
  readonly node: readonly NodeProto[];
}

/** The versions that hold where a constant stands. */
interface Versions {
  readonly ir: number;
  readonly opset: number;
}

/** How constants are stored that take the place of another one: as that is, where it may be. */
export function placedConstants(
  { ir, opset }: Versions,
  { kind }: ConstantSource,
  constants: readonly TensorProto[],
): PlacedConstants {
  const isInitializer = ({ dataType }: TensorProto) =>
    (ir >= initializersStandAlone && kind === 'initializer') || !constantHolds(dataType, opset);
  return {
    initializer: constants.filter(isInitializer),
    node: constants.filter((tensor) => !isInitializer(tensor)).map(namedConstant),
  };
}

/** A `Constant` node of this name and value: the name is the output's too, so the tensor itself needs none. */
function namedConstant(tensor: TensorProto): NodeProto {
  const { name, docString } = tensor;
  const value = copyMessage(tensor);
  delete (value as { name?: string }).name;
  delete (value as { docString?: string }).docString;
  const attributes = { value: { tensor: value } };
  const node = makeNode({ op: 'Constant', name, inputs: [], outputs: [name], attributes });
  if (docString !== '') node.docString = docString;
  return node;
}
