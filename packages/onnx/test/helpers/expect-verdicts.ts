import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readModel } from '../../src/read/read-model.js';
import { serializeModel } from '../../src/schema/proto.js';

/** A written file, and what it is written from. */
export interface CheckedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Where the files go that `fixtures/verdicts.py` judges; they are only compared without. */
const folder = process.env['CHECKED_FILES'];

/**
 * Expects of files that `onnx.checker` with `full_check` and strict shape inference passed them, as was recorded by the digest of each.
 *
 * @param recorded The file of verdicts. New files are judged by `fixtures/verdicts.py`, which says how.
 */
export async function expectVerdicts(files: AsyncIterable<CheckedFile>, recorded: URL): Promise<void> {
  const verdicts = JSON.parse(readFileSync(recorded, 'utf8')) as Readonly<Record<string, string>>;
  const unknown: string[] = [];
  const refused: string[] = [];
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  for await (const { name, bytes } of files) {
    const judged = withoutVersion(bytes);
    const digest = createHash('sha256').update(judged).digest('hex').slice(0, 16);
    if (folder !== undefined) writeFileSync(join(folder, `${digest}.onnx`), judged);
    const verdict = verdicts[digest];
    if (verdict === undefined) unknown.push(name);
    else if (verdict !== 'passes') refused.push(`${name}: ${verdict}`);
  }
  expect(refused).toEqual([]);
  if (folder === undefined) expect(unknown).toEqual([]);
}

/** A file without what changes with each release: the records and the producer hold the version of the package. */
function withoutVersion(bytes: Uint8Array): Uint8Array {
  const { proto } = readModel(bytes);
  proto.metadataProps = [];
  if (proto.producerName === '@lowbit/onnx') proto.producerVersion = '';
  return serializeModel(proto, 'checked');
}
