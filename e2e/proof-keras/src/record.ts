import { readFile, writeFile } from 'node:fs/promises';
import type { Proof, Section } from '@lowbit/e2e-real-models/proof';

/** The last measurement of each part, which the documentation quotes. */
const file = new URL('../record.json', import.meta.url);

/** Keeps the parts that were measured in the place of those that were kept before. */
export async function record({ sections }: Proof): Promise<void> {
  const measured = sections.filter(({ rows }) => rows.length > 0);
  const kept = (await recorded()).filter(({ name }) => !measured.some((each) => each.name === name));
  await writeFile(file, `${JSON.stringify([...kept, ...measured], null, 2)}\n`);
}

async function recorded(): Promise<readonly Section[]> {
  return JSON.parse(await readFile(file, 'utf8')) as Section[];
}
