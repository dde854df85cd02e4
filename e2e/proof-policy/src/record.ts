import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Proof, Row, Section } from '@lowbit/e2e-real-models/proof';

/** The rows that were measured last, which the documentation quotes. */
const file = new URL('../record.json', import.meta.url);

type Recorded = Pick<Section, 'name' | 'title' | 'rows'>;

/** Keeps rows in the place of those that were kept of the same models before; of parts without models all are replaced. */
export function record({ sections }: Proof): void {
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly Recorded[]) : [];
  const measured = sections.filter(({ rows }) => rows.length > 0);
  const now = measured.map(({ name, title, rows }) => {
    const kept = before.find((one) => one.name === name)?.rows ?? [];
    return {
      name,
      title,
      rows: [...kept.filter((row) => !rows.some((one) => isReplaced(row, one))), ...rows],
    };
  });
  const others = before.filter(({ name }) => !now.some((one) => one.name === name));
  writeFileSync(file, `${JSON.stringify([...others, ...now], null, 2)}\n`);
}

const isReplaced = (row: Row, by: Row): boolean => row['model'] === by['model'];
