import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProto_DataLocation, TensorProtoSchema, type TensorProto } from 'onnx-buf';

import { tinyModel } from './tiny-model.js';

/** A model whose tensors lie in other files, and these. */
export interface ExternalModel {
  readonly model: Uint8Array;
  readonly weight: Uint8Array<ArrayBuffer>;
  readonly bias: Uint8Array<ArrayBuffer>;
}

/** `x · w + b` with the weight, from a place on, and the bias in files of these names. */
export function externalModel(weightFile = 'weight.bin', biasFile = 'bias.bin', offset = 0): ExternalModel {
  const nodes = [
    { opType: 'MatMul', name: 'multiply', input: ['x', 'w'], output: ['product'] },
    { opType: 'Add', name: 'add', input: ['product', 'b'], output: ['y'] },
  ];
  const message = fromBinary(ModelProtoSchema, tinyModel({ nodes }));
  const { initializer } = message.graph!;
  const weight = new Uint8Array(initializer[0]!.rawData);
  const bias = new Uint8Array(Float32Array.from({ length: 64 }, (_, i) => Math.cos(i)).buffer);
  message.graph!.initializer = [outside('w', [64n, 64n], weightFile, offset), outside('b', [64n], biasFile)];
  return { model: toBinary(ModelProtoSchema, message), weight, bias };
}

function outside(name: string, dims: bigint[], file: string, offset = 0): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: 1,
    dims,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: [
      { key: 'location', value: file },
      { key: 'offset', value: `${offset}` },
    ],
  });
}
