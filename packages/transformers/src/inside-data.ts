import { readModel, writeModel } from '@lowbit/onnx';
import { placeOf } from './data-place.js';
import { tensorsOf } from './walk-model.js';

/**
 * A model with the data of other files inside; the path of a file that is too short for what is said to be in it, where there is one.
 *
 * @param read Gives the bytes of a file, as tensors name it.
 * @throws LowbitError as `readModel`; what `read` throws.
 */
export async function insideData(
  bytes: Uint8Array,
  file: string,
  read: (path: string) => Promise<Uint8Array>,
): Promise<Uint8Array | string> {
  const model = readModel(bytes, file);
  const files = new Map<string, Uint8Array>();
  for (const tensor of tensorsOf(model.proto)) {
    const place = placeOf(tensor);
    if (place === undefined) continue;
    const { path, offset } = place;
    const data = files.get(path) ?? (await read(path));
    files.set(path, data);
    const { length = data.length - offset } = place;
    if (offset + length > data.length) return path;
    tensor.rawData = new Uint8Array(data.slice(offset, offset + length));
    tensor.dataLocation = 0;
    tensor.externalData = [];
  }
  return writeModel(model);
}
