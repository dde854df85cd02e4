// Joins the modules that tsc has written into one file for each entry of the package in the working folder, in
// dist/bundle: loading hundreds of small modules takes Node longer than quantizing a small model. The dependencies that
// package.json lists under `inlined` are joined in too, for the same reason.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { rolldown } from 'rolldown';

const { exports, inlined = [] } = JSON.parse(readFileSync('package.json', 'utf8'));
const isInlined = (id) => inlined.some((name) => id === name || id.startsWith(`${name}/`));
const folder = './dist/bundle/';
const names = Object.values(exports).map((entry) => entry.default.slice(folder.length, -'.js'.length));
if (existsSync('dist/bin.js')) names.push('bin');

rmSync(folder, { recursive: true, force: true });
const bundle = await rolldown({
  input: Object.fromEntries(names.map((name) => [name, `./dist/${name}.js`])),
  external: (id) => /^[^./]/.test(id) && !isInlined(id),
});
await bundle.write({ dir: folder, chunkFileNames: 'shared/[name].js' });
