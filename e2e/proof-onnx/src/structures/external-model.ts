import { create } from '@bufbuild/protobuf';
import {
  StringStringEntryProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProtoSchema,
} from 'onnx-buf';
import { DataType, modelBytes, node, normalWeights, value, type TensorProto } from './build.js';
import { normalInput } from './inputs.js';
import type { MadeModel } from './made-model.js';

const file = 'weights.bin';
const width = 128;

/** A tensor whose data lie in a file beside the model. */
function outside(name: string, dims: readonly number[], offset: number): TensorProto {
  const bytes = 4 * dims.reduce((product, size) => product * size, 1);
  const entries = { location: file, offset: String(offset), length: String(bytes) };
  return create(TensorProtoSchema, {
    name,
    dataType: DataType.FLOAT,
    dims: dims.map(BigInt),
    dataLocation: DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, text]) =>
      create(StringStringEntryProtoSchema, { key, value: text }),
    ),
  });
}

/** Two layers whose weights lie in one file beside the model: x [N, 128] → y [N, 32]. */
export function externalModel(): MadeModel {
  const [first, second] = [normalWeights(width * width, width, 1), normalWeights(width * 32, width, 2)];
  const data = new Uint8Array(new Float32Array([...first, ...second]).buffer);
  const bytes = modelBytes({
    nodes: [
      node('MatMul', ['x', 'w0'], ['h0']),
      node('Relu', ['h0'], ['h1']),
      node('MatMul', ['h1', 'w1'], ['y']),
    ],
    initializers: [outside('w0', [width, width], 0), outside('w1', [width, 32], first.byteLength)],
    inputs: [value('x', DataType.FLOAT, ['n', width])],
    outputs: [value('y', DataType.FLOAT, ['n', 32])],
  });
  const runs = [3, 4].map((seed) => ({ x: normalInput([8, width], seed) }));
  const feature = 'weights in a file beside the model';
  return {
    name: 'external',
    feature,
    bytes,
    externalData: [{ path: file, data }],
    runs,
    fourBits: 'group:32',
  };
}
