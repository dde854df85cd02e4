import js from '@eslint/js';
import { builtinModules } from 'node:module';
import ts from 'typescript-eslint';
import { isAllowed, readPackages, registerFile } from './.ci/boundaries.mjs';

/** Only these may use Node's own modules; everything else runs in browsers and workers too. */
const onNode = ['tool', 'app'];
const builtins = [...builtinModules, 'node:*'];

const packages = readPackages();
const entries = packages.flatMap(({ manifest }) => Object.keys(manifest.exports).map((key) => key.slice(2)));

function boundary(owner) {
  const { folder, type } = owner;
  const forbidden = packages
    .filter((other) => other !== owner && !isAllowed(owner, other))
    .map(({ name }) => name);
  const paths = [
    {
      regex: `^(${forbidden.join('|')})(/|$)`,
      message: `A package of type '${type}' may not import this one.`,
    },
    {
      regex: `^@lowbit/[^/]+/(?!(${entries.filter(Boolean).join('|')})$)`,
      message: 'Import a package by its entry points.',
    },
    { regex: '^(\\.\\./)+(packages|[a-z0-9]+/src)/', message: 'Import a package by its name.' },
  ];
  if (!onNode.includes(type)) paths.push({ group: builtins, message: 'This package also runs in browsers.' });
  return {
    files: [`packages/${folder}/src/**/*.ts`],
    ignores: ['**/*.test.ts', `packages/*/src/${registerFile}`, 'packages/*/src/node/**'],
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
      'max-params': ['error', 5],
    },
  },
  {
    files: ['**/*.{js,mjs}', '**/bin/**'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'console',
          'process',
          'performance',
          'Buffer',
          'URL',
          'AbortController',
          'setTimeout',
          'clearTimeout',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  { files: ['**/*.test.ts', '**/test/**'], rules: { 'max-lines-per-function': 'off' } },
  ...packages.map(boundary),
);
