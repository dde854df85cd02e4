import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A file of a package of npm that is too large, or too rarely needed, to be a dependency: it is installed once into a folder that git ignores.
 * `undefined` where it cannot be installed.
 *
 * @param wanted Name and version, for instance `onnxruntime-node@1.30.0`.
 * @param path Of the file inside the package.
 */
export function installedFile(folder: string, wanted: string, path: string): string | undefined {
  const file = join(folder, 'node_modules', wanted.replace(/@[^@]*$/, ''), path);
  if (!existsSync(file)) {
    // Scripts of packages fetch what is not needed here.
    const flags = ['--ignore-scripts', '--no-save', '--no-package-lock', '--no-audit', '--no-fund'];
    spawnSync('npm', ['install', '--prefix', folder, ...flags, wanted], { stdio: 'ignore' });
  }
  return existsSync(file) ? file : undefined;
}
