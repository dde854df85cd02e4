import { refuseForeign } from '@lowbit/onnx';

/** Enough for what tells kinds of files apart. */
const headBytes = 4096;
/** More bytes than these are read at once nowhere. */
const readable = 2 ** 31;

/**
 * Refuses files of other kinds by their first bytes, where they are too large to be read, or lie beside JSON that is no model, as weights
 * for other runtimes do. All other files are told by their readers.
 *
 * @param json - that lies among them
 * @throws LowbitError `model-not-onnx`.
 */
export async function refuseStrangers(files: readonly File[], json: File | undefined): Promise<void> {
  const isNoModel = json !== undefined && !(await json.text()).includes('"weightsManifest"');
  for (const file of files) {
    if (file === json || file.size === 0 || !(isNoModel || file.size >= readable)) continue;
    refuseForeign(new Uint8Array(await file.slice(0, headBytes).arrayBuffer()), file.name);
  }
}
