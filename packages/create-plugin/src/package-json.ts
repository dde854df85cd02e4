import type { PackageOptions } from './generate-package.js';
import { packageVersion } from './package-version.js';

/** Compiles the generated TypeScript. */
const typescriptVersion = '^6.0.3';

/** The package.json of a new plugin. It shares the user's copy of the core, and needs the laws for its tests alone. */
export function packageJson({ name, kind, typescript }: PackageOptions): string {
  const ours = `^${packageVersion()}`;
  return `${JSON.stringify(
    {
      name: name.package,
      version: '0.1.0',
      description: `A ${kind} for lowbit.`,
      keywords: ['lowbit-plugin'],
      type: 'module',
      sideEffects: false,
      exports: typescript
        ? { '.': { types: './dist/index.d.ts', default: './dist/index.js' } }
        : { '.': './index.js' },
      files: typescript ? ['dist'] : ['index.js'],
      scripts: typescript
        ? { build: 'tsc', test: 'tsc && node --test', prepack: 'tsc' }
        : { test: 'node --test' },
      peerDependencies: { '@lowbit/core': ours },
      devDependencies: {
        '@lowbit/conformance': ours,
        ...(typescript ? { typescript: typescriptVersion } : {}),
      },
    },
    null,
    2,
  )}\n`;
}
