// Who may import whom, stated once: `eslint.config.js` forbids what is not here, and `npm run check:house` counts it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Package types and what their library code may import: types, or single packages by name. */
const mayImport = {
  core: [],
  kit: ['core'],
  method: ['core'],
  preset: ['core', 'method'],
  format: ['core', 'library'],
  bridge: ['core', '@lowbit/keras', '@lowbit/onnx', '@lowbit/tfjs-format'],
  kernel: ['core'],
  runtime: ['core', '@lowbit/tfjs-format', '@lowbit/keras', 'kernel'],
  library: ['core'],
  tool: ['core', 'kit', 'method', 'preset', 'format', 'bridge', 'kernel', 'runtime', 'library'],
};

/** Single packages that may import more than their type. */
const mayAlsoImport = {
  '@lowbit/keras': ['@lowbit/tfjs-format'],
  // A dtype is a method with settings.
  '@lowbit/transformers': ['@lowbit/baselines', '@lowbit/methods'],
};

/** The file of an adapter that may import the preset, to register every method. */
export const registerFile = 'register.ts';

/** The packages under `root`, with their type (`nx.tags` of package.json). A folder that only holds builds of another branch is none. */
export function readPackages(root = '.') {
  return readdirSync(join(root, 'packages')).flatMap((folder) => {
    const path = join(root, 'packages', folder, 'package.json');
    if (!existsSync(path)) return [];
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    return [{ folder, name: manifest.name, type: manifest.nx.tags[0].replace('type:', ''), manifest }];
  });
}

/** Whether the library code of `importer` may import `imported`, another package of this repository. */
export function isAllowed(importer, imported) {
  const allowed = [...mayImport[importer.type], ...(mayAlsoImport[importer.name] ?? [])];
  return allowed.includes(imported.type) || allowed.includes(imported.name);
}
