import { fileURLToPath } from 'node:url';
import { installedFile, type Tell } from '@lowbit/e2e-real-models/proof';

const folder = fileURLToPath(new URL('../../out/native-runtime', import.meta.url));
/** The version of onnxruntime-web that everything else runs in. */
const wanted = 'onnxruntime-node@1.30.0';

/**
 * The native build of the runtime, which Python calibrates with too: what LOWBIT_ORT names, or a copy that is installed into
 * `out` once. `undefined` where it cannot be installed.
 */
export function nativeRuntime(tell: Tell): string | undefined {
  const named = process.env['LOWBIT_ORT'];
  if (named !== undefined) return named;
  tell(`installing ${wanted}`);
  return installedFile(folder, wanted, 'dist/index.js');
}
