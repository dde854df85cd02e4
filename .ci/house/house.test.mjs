import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { forgotten, judge } from './judge.mjs';
import { measure } from './measures.mjs';

const roots = [];
afterEach(() => roots.splice(0).forEach((root) => rmSync(root, { recursive: true })));

/** A repository of three packages, `core`, the method `slq` and `cli`, with these files, and what a build of another branch left. */
function repository(files) {
  const root = mkdtempSync(join(tmpdir(), 'lowbit-house-'));
  roots.push(root);
  const write = (path, text) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [folder, name, type] of [
    ['core', '@lowbit/core', 'core'],
    ['slq', '@lowbit/slq', 'method'],
    ['cli', 'lowbit', 'tool'],
  ]) {
    const exports = { '.': { types: './dist/index.d.ts' } };
    write(
      `packages/${folder}/package.json`,
      JSON.stringify({ name, nx: { tags: [`type:${type}`] }, exports }),
    );
    write(`packages/${folder}/src/index.ts`, '');
  }
  write('packages/left-over/dist/index.js', '');
  write('packages/slq/src/slq.ts', "export const slq = { kind: 'quantizer', name: 'two-words' };\n");
  for (const [path, text] of Object.entries(files)) write(path, text);
  return root;
}

function measured(name, files, allowedNames = []) {
  return measure(repository(files), allowedNames).find((row) => row.name === name);
}

const core = 'packages/core/src';

describe('circles at run time', () => {
  const circle = (back) => ({
    [`${core}/a.ts`]: "import { b } from './b.js';\n",
    [`${core}/b.ts`]: "export * from './c.js';\n",
    [`${core}/c.ts`]: back,
  });
  const today = (back) => measured('circles at run time', circle(back)).today;

  it('finds files that wait for each other', () => {
    expect(measured('circles at run time', circle("import './a.js';\n")).places).toEqual([
      `${core}/a.ts ↔ ${core}/b.ts ↔ ${core}/c.ts`,
    ]);
  });

  it('leaves out what is erased, and what is loaded later', () => {
    expect(today("import type { A } from './a.js';\n")).toBe(0);
    expect(today("export type { A } from './a.js';\n")).toBe(0);
    expect(today("let a: import('./a.js').A;\n")).toBe(0);
    expect(today("const a = () => import('./a.js');\n")).toBe(0);
  });

  it('counts an import that stays when its names are types, as the compiler is told to keep it', () => {
    expect(today("import { type A } from './a.js';\n")).toBe(1);
  });
});

describe('folder circles', () => {
  const places = (files) => measured('folder circles', files).places;

  it('counts type imports, and every pair', () => {
    expect(
      places({
        [`${core}/x/a.ts`]: "import type { B } from '../y/b.js';\nimport '../z/c.js';\n",
        [`${core}/y/b.ts`]: '',
        [`${core}/y/d.ts`]: "import '../x/a.js';\n",
        [`${core}/z/c.ts`]: "import type { A } from '../x/a.js';\n",
      }),
    ).toEqual([`${core}/x ↔ ${core}/y`, `${core}/x ↔ ${core}/z`]);
  });

  it('finds a longer circle', () => {
    expect(
      places({
        [`${core}/x/a.ts`]: "import '../y/b.js';\n",
        [`${core}/y/b.ts`]: "import '../z/c.js';\n",
        [`${core}/z/c.ts`]: "import '../x/a.js';\n",
      }),
    ).toEqual([`${core}/x ↔ ${core}/y ↔ ${core}/z`]);
  });

  it('sees a room in a file beside the entries, and none in two of them', () => {
    expect(
      places({
        [`${core}/index.ts`]: "export * from './x/a.js';\n",
        [`${core}/port.ts`]: "import './x/a.js';\nimport './options.js';\n",
        [`${core}/options.ts`]: "import type { P } from './port.js';\n",
        [`${core}/x/a.ts`]: "import type { P } from '../port.js';\n",
      }),
    ).toEqual([`${core}/port.ts ↔ ${core}/x`]);
  });
});

describe('imports between packages', () => {
  it('lets nothing out of core', () => {
    const files = { [`${core}/a.ts`]: "import './b.js';\nimport 'node:fs';\n", [`${core}/b.ts`]: '' };
    expect(measured('arrows out of core', files).places).toEqual([`${core}/a.ts:2 node:fs`]);
  });

  it('knows the table of types, and the entries', () => {
    const { places } = measured('forbidden imports between packages', {
      'packages/slq/src/a.ts': "import '@lowbit/core';\nimport type { A } from 'lowbit';\n",
      'packages/cli/src/a.ts':
        "import '@lowbit/slq';\nimport '@lowbit/core/src/b.js';\nimport '../../slq/src/slq.js';\n",
    });
    expect(places).toEqual([
      'packages/cli/src/a.ts:2 @lowbit/core/src/b.js',
      'packages/cli/src/a.ts:3 ../../slq/src/slq.js',
      'packages/slq/src/a.ts:2 lowbit',
    ]);
  });
});

describe('method names', () => {
  const files = {
    [`${core}/a.ts`]:
      "// two-words\nconst a = 'two-words:bits=2';\nconst b = { twoWords: `use two-words ${a}` };\n",
    [`${core}/b.ts`]: "const c = 'not-two-words';\n",
    [`${core}/a.test.ts`]: "const d = 'two-words';\n",
  };
  const places = (allowed) => measured('method names outside methods', files, allowed).places;

  it('finds them in texts and as identifiers', () => {
    expect(places()).toEqual([2, 3, 3].map((line) => `${core}/a.ts:${line} two-words`));
  });

  it('leaves out where they may stand', () => {
    expect(places([{ names: ['two-words'], reason: 'an ordinary word' }])).toEqual([]);
    expect(places([{ names: ['two-words'], file: `${core}/a.ts`, reason: 'a default' }])).toEqual([]);
    expect(places([{ names: ['two-words'], file: `${core}/b.ts`, reason: 'a default' }])).toHaveLength(3);
  });
});

describe('counts', () => {
  it('finds a small file with a single importer', () => {
    const { places } = measured('files of at most 25 lines with one importer', {
      [`${core}/small.ts`]: '\n'.repeat(25),
      [`${core}/large.ts`]: '\n'.repeat(26),
      [`${core}/shared.ts`]: '',
      [`${core}/a.ts`]:
        "import './small.js';\nimport './large.js';\nimport './shared.js';\nimport '../test/x.js';\n",
      [`${core}/b.ts`]: "import './shared.js';\nimport './shared.js';\n",
      [`${core}/small.test.ts`]: "import './small.js';\n",
    });
    expect(places).toEqual([`${core}/small.ts ← ${core}/a.ts`]);
  });

  it('finds double casts', () => {
    const files = {
      [`${core}/a.ts`]: "const a = b as unknown;\nconst c = b as\n  unknown as string;\n'as unknown as';\n",
    };
    expect(measured('as unknown as', files).places).toEqual([`${core}/a.ts:2`]);
  });

  it('counts the lines of the command line without its tests', () => {
    const files = { 'packages/cli/src/x/a.ts': '\n\n\n', 'packages/cli/src/a.test.ts': '\n' };
    expect(measured('lines of packages/cli/src', files).today).toBe(3);
  });

  it('counts what an entry exports, through other files', () => {
    const files = {
      [`${core}/index.ts`]: "export { a, type B } from './a.js';\nexport type * from './b.js';\n",
      [`${core}/b.ts`]:
        'export interface C {}\nexport const d = 1, e = 2;\nexport function f() {}\ninterface G {}\n',
    };
    expect(measured('exported names of @lowbit/core', files).today).toBe(6);
  });

  it('counts tests, a table of cases once', () => {
    const files = {
      [`${core}/a.test.ts`]:
        "describe('x', () => {\n  it('a', f);\n  it.each([1, 2])('b', f);\n  it.skipIf(c)('d', f);\n});\n",
      'e2e/x/test/b.test.ts': "for (const law of laws) it(law.name, () => edit('x', y));\n",
      'docs/node_modules/a.test.ts': "it('not ours', f);\n",
    };
    expect(measured('written tests', files).today).toBe(4);
  });
});

describe('limits', () => {
  const verdict = (today, limits) => judge([{ name: 'x', today, places: [] }], limits)[0].verdict;

  it('are kept, missed, or can follow', () => {
    expect(verdict(3, { x: { most: 3 } })).toBe('kept');
    expect(verdict(4, { x: { most: 3 } })).toBe('missed');
    expect(verdict(2, { x: { most: 3 } })).toBe('better');
    expect(verdict(2, { x: { least: 3 } })).toBe('missed');
    expect(verdict(4, { x: { least: 3 } })).toBe('better');
  });

  it('stand for everything that is measured, and for nothing else', () => {
    expect(verdict(0, {})).toBe('unlimited');
    expect(forgotten([{ name: 'x' }], { x: { most: 0 }, y: { most: 0 } })).toEqual(['y']);
  });
});
