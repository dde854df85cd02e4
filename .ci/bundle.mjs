// Joins the modules that tsc has written into one file for each entry of the package in the working folder, in
// dist/bundle: loading hundreds of small modules takes Node longer than quantizing a small model. The dependencies that
// package.json lists under `inlined` are joined in too, for the same reason, and their notices go along.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';

const { exports, inlined = [] } = JSON.parse(readFileSync('package.json', 'utf8'));
const isInlined = (id) => inlined.some((name) => id === name || id.startsWith(`${name}/`));
const folder = './dist/bundle/';
const names = Object.values(exports).map((entry) => entry.default.slice(folder.length, -'.js'.length));
// What a package starts by its file: a program, and a worker.
names.push(...['bin', 'worker', 'jobs', 'node/worker'].filter((name) => existsSync(`dist/${name}.js`)));

rmSync(folder, { recursive: true, force: true });
const bundle = await rolldown({
  input: Object.fromEntries(names.map((name) => [name, `./dist/${name}.js`])),
  external: (id) => /^[^./]/.test(id) && !isInlined(id),
});
// Of a package of which nothing is loaded on demand. Each file costs Node a millisecond, so what entries share is one. A text
// with one character beyond Latin-1 takes two bytes for each, and longer to read; binaries as text would grow by being escaped.
const loadedAtOnce = {
  codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
  charset: 'ascii',
};
const layout = {
  dir: folder,
  chunkFileNames: 'shared/[name].js',
  // What stack traces show stays: the names of functions and classes. White space and long names of variables take Node a
  // tenth of the time in which a small model is quantized.
  minify: {
    compress: false,
    mangle: { toplevel: false, keepNames: true },
    codegen: { removeWhitespace: true },
  },
};
const { output: parts } = await bundle.generate(layout);
const isProgram = names.includes('bin');
const onDemand = parts.some(({ isDynamicEntry }) => isDynamicEntry);
const { output } = await bundle.write({
  ...layout,
  ...(onDemand ? isProgram && joinedByEntries() : loadedAtOnce),
});
if (inlined.length > 0) writeFileSync(`${folder}NOTICES.txt`, notices(output));

/**
 * Of a program, whose start is waited for: what the same entries load at once is one file. What is loaded on demand alone, and what an
 * entry for browsers or for threads shares with others, stays apart from what these do without.
 */
function joinedByEntries() {
  const files = new Map(parts.map((part) => [part.fileName, part]));
  const entriesOf = new Map();
  const reach = (part, entry) => {
    const own = entriesOf.get(part) ?? entriesOf.set(part, new Set()).get(part);
    if (own.has(entry)) return;
    own.add(entry);
    for (const file of part.imports) if (files.has(file)) reach(files.get(file), entry);
  };
  for (const part of parts) if (part.isEntry) reach(part, part.name);
  const nameOf = new Map();
  for (const [part, entries] of entriesOf)
    if (!part.isEntry) for (const id of part.moduleIds) nameOf.set(id, [...entries].sort().join('-'));
  return { codeSplitting: { groups: [{ name: (id) => nameOf.get(id) ?? null, debugName: 'by entries' }] } };
}

/** The comments that the joined modules of other packages begin with, and the licences beside them, each once. */
function notices(chunks) {
  const foreign = chunks
    .flatMap(({ moduleIds = [] }) => moduleIds)
    .filter((id) => id.includes('/node_modules/'));
  const headers = foreign.map((id) => /^(\s*\/\/.*\n)*/.exec(readFileSync(id, 'utf8'))[0].trim());
  const licences = foreign.flatMap((id) =>
    licenceBeside(id.replace(/^(.*\/node_modules\/(@[^/]+\/)?[^/]+)\/.*$/, '$1')),
  );
  const parts = [...new Set([...headers, ...licences])].filter(Boolean);
  return `Parts of ${inlined.join(' and ')} are joined in.\n\n${parts.join('\n\n')}\n`;
}

function licenceBeside(folder) {
  const names = ['LICENSE', 'LICENSE.md', 'LICENSE.txt'].map((name) => `${folder}/${name}`);
  return names.filter(existsSync).map((path) => readFileSync(path, 'utf8').trim());
}
