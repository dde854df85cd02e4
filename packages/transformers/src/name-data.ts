import { type OnnxModel, readModel, writeModel } from '@lowbit/onnx';
import { tensorsOf } from './walk-model.js';

/** A model whose tensors lie in files of other names. */
interface RenamedData {
  readonly bytes: Uint8Array;
  /** The new name of each file. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Lets a model find its data under the names that transformers.js looks for: `model.onnx_data`, then `model.onnx_data_1` and so on.
 *
 * @param file Name of the file of the model. @param paths Its data files now, as its tensors name them; without any it stays as it is.
 * @throws LowbitError as `readModel`.
 */
export function nameData(bytes: Uint8Array, file: string, paths: readonly string[]): RenamedData {
  if (paths.length === 0) return { bytes, names: new Map() };
  const names = new Map(paths.map((path, at) => [path, dataName(file, at)]));
  const model: OnnxModel = readModel(bytes, file);
  for (const { externalData } of tensorsOf(model.proto))
    for (const entry of externalData)
      if (entry.key === 'location') entry.value = names.get(normal(entry.value)) ?? entry.value;
  return { bytes: writeModel(model), names };
}

/** How transformers.js calls data file `at` of a model. */
export const dataName = (file: string, at: number): string => `${file}_data${at === 0 ? '' : `_${at}`}`;

const normal = (path: string): string => path.replace(/^\.\//, '');
