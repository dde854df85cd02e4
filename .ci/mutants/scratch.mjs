// A copy of a package to break: the working tree is never changed, however a run ends.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

/** Folders of a package that are linked: they are large, and nothing in them is changed. */
const linked = ['dist', 'node_modules'];

/**
 * The repository with one package copied and everything else linked; `remove` deletes it.
 * @param folder the package, as `packages/core`
 */
export function scratchCopy(folder) {
  const root = mkdtempSync(join(tmpdir(), 'lowbit-mutants-'));
  for (const name of readdirSync('.')) if (name !== 'packages' && name !== '.git') link(name, root);
  mkdirSync(join(root, 'packages'));
  for (const name of readdirSync('packages')) if (name !== basename(folder)) link(`packages/${name}`, root);
  cpSync(folder, join(root, folder), { recursive: true, filter: (path) => !linked.includes(basename(path)) });
  for (const name of linked) if (existsSync(join(folder, name))) link(`${folder}/${name}`, root);
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

function link(path, root) {
  symlinkSync(resolve(path), join(root, path), 'junction');
}
