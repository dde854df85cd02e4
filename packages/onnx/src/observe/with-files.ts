import { externalCounts } from '../external/place-tensors.js';
import { type ExternalFile, type ExternalFiles, withoutFiles } from '../external/files.js';
import { allTensors } from '../model/all-tensors.js';
import type { OnnxModel } from '../model/model.js';
import type { OrtRuntime } from './ort.js';

/**
 * A runtime whose sessions find the files beside a model; the runtime itself for a model in one file.
 *
 * @throws LowbitError `external-data` for files that are not given.
 */
export async function withFiles(
  ort: OrtRuntime,
  { proto, name }: OnnxModel,
  files: ExternalFiles | undefined,
): Promise<OrtRuntime> {
  const paths = [...externalCounts(allTensors(proto)).keys()];
  if (paths.length === 0) return ort;
  if (files === undefined) throw withoutFiles(name, 'to run it');
  const externalData: ExternalFile[] = [];
  for (const path of paths) externalData.push({ path, data: await files.open(path) });
  const { InferenceSession, Tensor } = ort;
  return {
    Tensor,
    InferenceSession: {
      create: (bytes, options) => InferenceSession.create(bytes, { ...options, externalData }),
    },
  };
}
