import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Tell } from '../section.js';

const folder = fileURLToPath(new URL('../../out/native-runtime', import.meta.url));
const entry = `${folder}/node_modules/onnxruntime-node/dist/index.js`;
/** The version of onnxruntime-web that everything else runs in. */
const wanted = 'onnxruntime-node@1.30.0';

/**
 * The native build of the runtime, which Python calibrates with too: what LOWBIT_ORT names, or a copy that is installed into
 * `out` once. `undefined` where it cannot be installed.
 */
export function nativeRuntime(tell: Tell): string | undefined {
  const named = process.env['LOWBIT_ORT'];
  if (named !== undefined) return named;
  if (!existsSync(entry)) {
    tell(`installing ${wanted}`);
    // Its install script fetches libraries for graphics cards.
    const flags = ['--ignore-scripts', '--no-save', '--no-package-lock', '--no-audit', '--no-fund'];
    spawnSync('npm', ['install', '--prefix', folder, ...flags, wanted], { stdio: 'ignore' });
  }
  return existsSync(entry) ? entry : undefined;
}
