import { readFileSync } from 'node:fs';

/** The version of this package, from its own package.json. All packages of lowbit are released together. */
export function packageVersion(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
