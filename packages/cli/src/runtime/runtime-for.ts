import { inspectModel, readModel, type ExternalFile, type OrtRuntime } from '@lowbit/onnx';

import { readExternal } from '../files/read-external.js';
import { loadRuntime } from './load-runtime.js';
import { withFiles } from './with-files.js';

/**
 * The runtime for one model: its sessions find the files beside the model.
 *
 * @param command - the command that needs it, for the error
 * @throws LowbitError as `loadRuntime` and `readExternal`.
 */
export async function runtimeFor(
  command: string,
  file: string,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<OrtRuntime> {
  const runtime = await loadRuntime(command);
  const { externalFiles = [] } = inspectModel(readModel(bytes, file));
  const files: ExternalFile[] = [];
  for (const { path } of externalFiles) files.push({ path, data: await readExternal(file, path, signal) });
  return withFiles(runtime, files);
}
