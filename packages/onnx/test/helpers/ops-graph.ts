import type { Ops } from '@lowbit/core/adapter';
import * as ort from 'onnxruntime-web';
import { graphBuilder } from '../../src/interpreter/graph-builder.js';
import type { GraphValue } from '../../src/interpreter/graph-value.js';
import { onnxOps } from '../../src/interpreter/onnx-ops.js';
import {
  createValueInfo,
  DataType,
  type NodeProto,
  serializeModel,
  type TensorProto,
} from '../../src/schema/proto.js';
import { makeNode } from '../../src/graph/make-node.js';
import { makeTensor } from '../../src/graph/make-tensor.js';
import { buildGraph, buildProto } from './build-model.js';

/** The interpreter on a graph of its own, and what onnxruntime-web computes for a value of it. */
export function opsGraph(opset: number): {
  readonly ops: Ops<GraphValue>;
  read(value: GraphValue): Promise<{ readonly shape: readonly number[]; readonly data: Float32Array }>;
} {
  ort.env.wasm.numThreads = 1;
  const constants: TensorProto[] = [];
  const nodes: NodeProto[] = [];
  const graph: Parameters<typeof graphBuilder>[0] = {
    newName: (near) => near,
    addConstant(name, { type, dims, values }) {
      constants.push(makeTensor(name, type, dims, values));
      return name;
    },
  };
  const builder = graphBuilder(graph, opset, 'ops');
  return {
    ops: onnxOps(builder),
    async read(value) {
      const name = value.floats();
      nodes.push(...builder.take());
      const session = await ort.InferenceSession.create(modelOf(name, nodes, constants, opset));
      const output = (await session.run({})).result!;
      await session.release();
      return { shape: output.dims, data: Float32Array.from(output.data as Float32Array) };
    },
  };
}

/** What a value is computed from, as a model. */
function modelOf(
  name: string,
  nodes: readonly NodeProto[],
  constants: readonly TensorProto[],
  opset: number,
): Uint8Array {
  const needed = new Set([name]);
  const computing = nodes.toReversed().filter(({ input, output }) => {
    const used = needed.has(output[0]!);
    if (used) input.forEach((one) => needed.add(one));
    return used;
  });
  const graph = buildGraph({
    nodes: [...computing.reverse(), makeNode({ op: 'Identity', inputs: [name], outputs: ['result'] })],
    initializers: constants.filter((tensor) => needed.has(tensor.name)),
    outputs: {},
  });
  graph.output.push(createValueInfo('result', DataType.FLOAT));
  return serializeModel(buildProto(graph, { opset }), 'test');
}
