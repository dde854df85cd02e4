import { createEntry, DataLocation, type TensorProto } from '../schema/proto.js';

/** Puts raw data into a tensor in place of its reference to another file. */
export function moveIn(tensor: TensorProto, rawData: Uint8Array<ArrayBuffer>): void {
  tensor.rawData = rawData;
  tensor.dataLocation = DataLocation.DEFAULT;
  tensor.externalData = [];
}

/** Makes a tensor refer to bytes of another file in place of its raw data. */
export function moveOut(tensor: TensorProto, path: string, offset: number, length: number): void {
  delete (tensor as { rawData?: Uint8Array }).rawData;
  tensor.dataLocation = DataLocation.EXTERNAL;
  tensor.externalData = [
    createEntry('location', path),
    createEntry('offset', `${offset}`),
    createEntry('length', `${length}`),
  ];
}
