import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from '../house/sources.mjs';
import { draw } from './draw.mjs';
import { mutate, mutationsOf } from './mutations.mjs';
import { tryMutant } from './try-mutant.mjs';

const roots = [];
afterEach(() => roots.splice(0).forEach((root) => rmSync(root, { recursive: true })));

function folder() {
  const root = mkdtempSync(join(tmpdir(), 'lowbit-mutants-test-'));
  roots.push(root);
  return root;
}

/** The text after each single change. */
function mutantsOf(text) {
  const root = folder();
  writeFileSync(join(root, 'a.ts'), text);
  return mutationsOf(parse(root, 'a.ts')).map((change) => mutate(text, change));
}

describe('mutations', () => {
  it.each([
    ['a < b', ['a <= b']],
    ['a >= b', ['a > b']],
    ['a === b', ['a !== b']],
    ['a + b * c', ['a - b * c', 'a + b / c']],
    ['a && !b', ['a || !b', 'a && b']],
    ['-a', ['a']],
    ['a[1]', ['a[2]']],
    ['a++', ['a--']],
    ['a += b', ['a -= b']],
    ['f(true)', ['f(false)']],
    ['(a << 3) | b', ['(a << 3) & b', '(a >> 3) | b', '(a << 4) | b']],
  ])('%s', (text, mutants) => expect(mutantsOf(text)).toEqual(mutants));

  it('leaves types, imports and comments alone', () => {
    const text =
      "import { a } from '1';\ntype B = 1 | -2;\nlet c: B | true;\ninterface D { e: 1 }\n// 1 + 2\n";
    expect(mutantsOf(text)).toEqual([]);
  });
});

describe('draw', () => {
  const changes = (path, count) =>
    Array.from({ length: count }, (_, i) => ({
      path,
      within: `${i}`,
      mutant: `not ${i}`,
      was: '<',
      becomes: '<=',
    }));
  const byFolder = [changes('a', 30), changes('b', 2), changes('c', 30)];
  const drawn = (seed, equivalents = []) => draw(byFolder, { count: 10, seed, equivalents });

  it('gives every folder its turn, and the same for the same seed', () => {
    expect(drawn(1).map(({ path }) => path)).toEqual([...'abcabcacac']);
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
  });

  it('passes over what is listed as equivalent, and draws the others as before', () => {
    const [first, ...others] = drawn(1).filter(({ path }) => path === 'a');
    const now = drawn(1, [{ ...first, reason: 'the end is never reached' }]).filter(
      ({ path }) => path === 'a',
    );
    expect(now).toHaveLength(4);
    expect(now.slice(0, 3)).toEqual(others);
  });
});

describe('a mutant', () => {
  /** A package with a function, and a test of it that looks at one value and needs the package's own settings. */
  function packageWith(value) {
    const root = folder();
    symlinkSync(resolve('node_modules'), join(root, 'node_modules'), 'junction');
    mkdirSync(join(root, 'packages/x/src'), { recursive: true });
    writeFileSync(join(root, 'packages/x/src/a.ts'), text);
    writeFileSync(join(root, 'packages/x/vitest.config.ts'), 'export default { test: { globals: true } };\n');
    writeFileSync(
      join(root, 'packages/x/src/a.test.ts'),
      "import { isLarge } from './a.js';\n" +
        `test('is large', () => expect(isLarge(${value})).toBe(${value > 2}));\n`,
    );
    return root;
  }
  const text = 'export const isLarge = (x: number) => x > 2;\n';
  const change = {
    path: 'packages/x/src/a.ts',
    start: text.indexOf('> 2'),
    end: text.indexOf('> 2') + 1,
    becomes: '>=',
  };

  it.each([
    [2, 'caught'],
    [3, 'survived'],
  ])('that a test of %s decides on has %s, and the file is as before', async (value, verdict) => {
    const root = packageWith(value);
    const outcome = await tryMutant(change, root, 'packages/x', 60_000);
    expect(outcome.verdict).toBe(verdict);
    expect(readFileSync(join(root, change.path), 'utf8')).toBe(text);
  });
});
