import { create, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProto_DataLocation, TensorProto_DataType as Type } from 'onnx-buf';

export interface CastModel {
  /** Added to the input `half`. */
  readonly shift?: number;
  /** Where the shift lies: in the model, there and among the inputs as before IR 4, or in another file. */
  readonly place?: 'model' | 'input' | { readonly file: string };
}

/**
 * A model with an input of each type that needs converting, of the shape [batch, 2]. Its outputs are the inputs as
 * floats; `half_out` is `half` plus the shift and stays float16.
 */
export function castModel({ shift = 0, place = 'model' }: CastModel = {}): Uint8Array {
  const isInput = place === 'input';
  const model = create(ModelProtoSchema, {
    irVersion: isInput ? 3n : 8n,
    opsetImport: [{ domain: '', version: 13n }],
    graph: {
      name: 'casts',
      node: [
        ...asFloat.map((name) => cast(name, `${name}_out`, Type.FLOAT)),
        cast('half', 'float', Type.FLOAT),
        { opType: 'Add', name: 'add', input: ['float', 'shift'], output: ['sum'] },
        cast('sum', 'half_out', Type.FLOAT16),
      ],
      initializer: [shiftTensor(shift, place)],
      input: [
        value('wide', Type.INT64),
        value('narrow', Type.INT32),
        value('flag', Type.BOOL),
        value('half', Type.FLOAT16),
        ...(isInput ? [value('shift', Type.FLOAT, [])] : []),
      ],
      output: [...asFloat.map((name) => value(`${name}_out`, Type.FLOAT)), value('half_out', Type.FLOAT16)],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/** The bytes of the file that the shift may lie in. */
export function shiftBytes(shift: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Float32Array.of(shift).buffer);
}

const asFloat = ['wide', 'narrow', 'flag'];

const rows = [
  { value: { case: 'dimParam' as const, value: 'batch' } },
  { value: { case: 'dimValue' as const, value: 2n } },
];

function value(name: string, elemType: number, dim = rows) {
  return { name, type: { value: { case: 'tensorType' as const, value: { elemType, shape: { dim } } } } };
}

function cast(from: string, to: string, type: number) {
  const attribute = [{ name: 'to', type: 2, i: BigInt(type) }];
  return { opType: 'Cast', name: `cast ${from}`, input: [from], output: [to], attribute };
}

function shiftTensor(shift: number, place: CastModel['place']) {
  const tensor = { name: 'shift', dataType: Type.FLOAT, dims: [] };
  if (typeof place !== 'object') return { ...tensor, rawData: shiftBytes(shift) };
  const entries = { location: place.file, offset: '0', length: '4' };
  return {
    ...tensor,
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, text]) => ({ key, value: text })),
  };
}
