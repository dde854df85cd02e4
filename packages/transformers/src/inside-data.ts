import { readModel, writeModel } from '@lowbit/onnx';
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
    const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
    const path = entries.get('location')?.replace(/^\.\//, '');
    if (path === undefined) continue;
    const data = files.get(path) ?? (await read(path));
    files.set(path, data);
    const offset = Number(entries.get('offset') ?? 0);
    const length = Number(entries.get('length') ?? data.length - offset);
    if (offset + length > data.length) return path;
    tensor.rawData = new Uint8Array(data.slice(offset, offset + length));
    tensor.dataLocation = 0;
    tensor.externalData = [];
  }
  return writeModel(model);
}
