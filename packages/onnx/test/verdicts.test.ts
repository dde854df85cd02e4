import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkedFiles, digestOf } from './helpers/checked-files.js';

/** Verdicts of `onnx.checker` with `full_check`, and of strict shape inference, by the digest of a file. */
const verdicts = JSON.parse(
  readFileSync(new URL('../fixtures/verdicts.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, string>>;

/** Where the files go that `fixtures/verdicts.py` judges; they are only compared without. */
const folder = process.env['CHECKED_FILES'];

test('what is written passes the checks of the standard, as the originals do', async () => {
  const unknown: string[] = [];
  const refused: string[] = [];
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  for await (const { name, bytes } of checkedFiles()) {
    const digest = digestOf(bytes);
    if (folder !== undefined) writeFileSync(join(folder, `${digest}.onnx`), bytes);
    const verdict = verdicts[digest];
    if (verdict === undefined) unknown.push(name);
    else if (verdict !== 'passes') refused.push(`${name}: ${verdict}`);
  }
  expect(refused).toEqual([]);
  // New files are judged by fixtures/verdicts.py, which says how.
  if (folder === undefined) expect(unknown).toEqual([]);
});
