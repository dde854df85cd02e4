import type { ConstantSource } from '../graph/constant-source.js';
import { DataType, type NodeProto } from '../schema/proto.js';
import type { EditableGraph } from '../graph/editable-graph.js';
import { runtimeDomain, scalesByAxisSince } from '../target/versions.js';
import { keepDocs } from '../graph/keep-words.js';
import { type AttributeValue, makeNode } from '../graph/make-node.js';
import { makeTensor } from '../graph/make-tensor.js';
import { storedBytes } from '../graph/stored-bytes.js';
import { tensorBytes } from '../model/tensor-data.js';
import type { Uint8Site } from '../sites/uint8-site.js';

/** Adds nodes and constants to a graph, in front of one node or in its place. */
export interface IntegerEdit {
  readonly graph: EditableGraph;
  readonly opset: number;
  /**
   * Adds a constant and counts its bytes.
   *
   * @param replaced The constant whose place it takes, and whose doc string it gets.
   */
  constant(
    name: string,
    type: DataType,
    dims: readonly number[],
    values: ArrayLike<number>,
    replaced?: ConstantSource,
  ): string;
  /** The constant of a key, which is made when it is asked for first. */
  once(key: string, make: () => string): string;
  /** A node with one output, which gets the name `output`. */
  node(
    op: string,
    inputs: readonly string[],
    output: string,
    attributes?: Readonly<Record<string, AttributeValue>>,
  ): NodeProto;
  /** `QuantizeLinear` or `DequantizeLinear`, of the domain that the opset asks for. */
  linear(
    op: 'QuantizeLinear' | 'DequantizeLinear',
    inputs: readonly string[],
    output: string,
    axis?: number,
  ): NodeProto;
  /** Names of the scale and the zero point of a value, as constants that are stored once. */
  parameters(tensor: string, site: Uint8Site): readonly [string, string];
  /** Bytes of the constants since the last call: as the file stores them, and of their values alone. */
  takeBytes(): { readonly bytes: number; readonly valueBytes: number };
  /** Whether operators of the runtime's own domain were used. */
  readonly usesRuntimeDomain: () => boolean;
}

export function integerEdit(graph: EditableGraph, opset: number): IntegerEdit {
  const sites = new Map<string, readonly [string, string]>();
  const made = new Map<string, string>();
  let bytes = 0;
  let valueBytes = 0;
  let own = false;
  const constant: IntegerEdit['constant'] = (name, type, dims, values, replaced) => {
    const described = replaced?.node?.docString ? replaced.node : replaced?.tensor;
    const tensor = makeTensor(graph.newName(name), type, dims, values);
    if (described !== undefined) keepDocs(tensor, described);
    bytes += storedBytes({ initializer: [tensor] });
    valueBytes += tensorBytes(tensor);
    graph.addTensor(tensor);
    return tensor.name;
  };
  return {
    graph,
    opset,
    constant,
    once(key, make) {
      const name = made.get(key) ?? make();
      made.set(key, name);
      return name;
    },
    node: (op, inputs, output, attributes = {}) => makeNode({ op, inputs, outputs: [output], attributes }),
    linear(op, inputs, output, axis) {
      const standard = opset >= scalesByAxisSince;
      own ||= !standard;
      const attributes = axis === undefined ? {} : { axis };
      const domain = standard ? {} : { domain: runtimeDomain.name };
      return makeNode({ op, inputs, outputs: [output], attributes, ...domain });
    },
    parameters(tensor, { scale, zeroPoint }) {
      const known = sites.get(tensor);
      if (known !== undefined) return known;
      const names = [
        constant(`${tensor}_scale`, DataType.FLOAT, [], [scale]),
        constant(`${tensor}_zero`, DataType.UINT8, [], [zeroPoint]),
      ] as const;
      sites.set(tensor, names);
      return names;
    },
    takeBytes() {
      const taken = { bytes, valueBytes };
      bytes = 0;
      valueBytes = 0;
      return taken;
    },
    usesRuntimeDomain: () => own,
  };
}
