import js from '@eslint/js';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import ts from 'typescript-eslint';

/** Who may import whom: package types and the types that their library code may import. */
const mayImport = {
  core: [],
  kit: ['core'],
  method: ['core'],
  preset: ['core', 'method'],
  format: ['core'],
  kernel: ['core'],
  runtime: ['core', 'format', 'kernel'],
  tool: ['core', 'kit', 'method', 'preset', 'format', 'kernel', 'runtime'],
};
/** Only these may use Node's own modules; everything else runs in browsers and workers too. */
const onNode = ['tool', 'app'];
const builtins = [...builtinModules, 'node:*'];

const packages = readdirSync('packages').map((folder) => {
  const { name, nx } = JSON.parse(readFileSync(`packages/${folder}/package.json`, 'utf8'));
  return { folder, name, type: nx.tags[0].replace('type:', '') };
});

function boundary({ folder, name, type }) {
  const allowed = packages.filter((other) => mayImport[type].includes(other.type)).map((other) => other.name);
  const forbidden = packages
    .map((other) => other.name)
    .filter((other) => !allowed.includes(other) && other !== name);
  const paths = [
    {
      regex: `^(${forbidden.join('|')})(/|$)`,
      message: `A package of type '${type}' may not import this one.`,
    },
    {
      regex: '^@lowbit/[^/]+/(?!register$|node$|wasm-training$|graph$|load$)',
      message: 'Import a package by its entry points.',
    },
    { regex: '^(\\.\\./)+(packages|[a-z0-9]+/src)/', message: 'Import a package by its name.' },
  ];
  if (!onNode.includes(type)) paths.push({ group: builtins, message: 'This package also runs in browsers.' });
  return {
    files: [`packages/${folder}/src/**/*.ts`],
    ignores: ['**/*.test.ts', 'packages/*/src/register.ts', 'packages/*/src/node/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: paths }] },
  };
}

export default ts.config(
  { ignores: ['**/dist/**', '**/.nx/**', '**/node_modules/**', '**/out/**', '**/fixtures/**'] },
  js.configs.recommended,
  ...ts.configs.strict,
  {
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['**/*.{js,mjs}', '**/bin/**'],
    languageOptions: {
      globals: Object.fromEntries(
        ['console', 'process', 'performance', 'Buffer', 'URL', 'AbortController'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
  },
  { files: ['**/*.test.ts', '**/test/**'], rules: { 'max-lines-per-function': 'off' } },
  ...packages.map(boundary),
);
