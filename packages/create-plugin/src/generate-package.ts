import { readFileSync } from 'node:fs';
import type { PluginKind } from './kinds.js';
import { packageJson } from './package-json.js';
import type { PluginName } from './plugin-name.js';

/** What to generate. */
export interface PackageOptions {
  readonly name: PluginName;
  readonly kind: PluginKind;
  /** TypeScript that is compiled into `dist`, in place of plain JavaScript. */
  readonly typescript: boolean;
}

/** The files of a new package: text by path. The templates are working plugins whose names are exchanged. */
export function generatePackage(options: PackageOptions): ReadonlyMap<string, string> {
  const { kind, typescript } = options;
  const fromKind = (file: string) => named(template(`${kind}/${file}`), options.name);
  const laws = fromKind('laws.test.js');
  const common: [string, string][] = [
    ['package.json', packageJson(options)],
    ['README.md', fromKind('README.md')],
  ];
  if (!typescript)
    return new Map([
      ...common,
      ['index.js', fromKind('index.js')],
      ['laws.test.js', laws],
      ['.gitignore', template('gitignore')],
    ]);
  return new Map([
    ...common,
    ['src/index.ts', fromKind('index.ts')],
    ['laws.test.js', laws.replace('./index.js', './dist/index.js')],
    ['tsconfig.json', template('tsconfig.json')],
    ['.gitignore', `${template('gitignore')}dist/\n`],
  ]);
}

function template(path: string): string {
  return readFileSync(new URL(`../templates/${path}`, import.meta.url), 'utf8');
}

function named(text: string, { plugin, factory }: PluginName): string {
  return text.replaceAll('plugin-name', plugin).replaceAll('pluginFactory', factory);
}
