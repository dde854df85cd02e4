import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settings } from './settings.js';

/** Results by these settings; others begin anew. */
const digest = createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 8);
const folder = fileURLToPath(new URL(`../../out/training-${digest}`, import.meta.url));

/** What is kept under this name; otherwise what `make` gives, which is kept: what was interrupted goes on after the last result. */
export async function kept<T>(name: string, make: () => Promise<T>): Promise<T> {
  const file = join(folder, `${name.replace(/\W+/g, '-')}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as T;
  const made = await make();
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${file}.part`, JSON.stringify(made));
  renameSync(`${file}.part`, file);
  return made;
}
