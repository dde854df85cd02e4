import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedFile } from '@lowbit/e2e-real-models/proof';

const folder = fileURLToPath(new URL('../../out/litert', import.meta.url));
/** The version of LiteRT.js that is measured. */
const wanted = '@litertjs/core@2.5.3';

/** LiteRT.js, 38 MB, which is installed into `out` once, and the folder of its packages. `undefined` where it cannot be. */
export function installedLiteRt(): { readonly name: string; readonly folder: string } | undefined {
  const file = installedFile(folder, wanted, 'package.json');
  return file === undefined ? undefined : { name: wanted, folder: dirname(dirname(file)) };
}
