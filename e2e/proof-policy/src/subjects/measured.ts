import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure, type Measurements } from '@lowbit/core/policy';
import type { Tell } from '@lowbit/e2e-real-models/proof';
import type { OpenSubject } from './open-subject.js';
import { choices, recipe } from './settings.js';

const folder = fileURLToPath(new URL('../../out/measured', import.meta.url));

/**
 * What each weight of a subject loses with each width, alone, on what bits are chosen on. It is kept in `out` weight by weight: what was
 * interrupted goes on. Other settings, and other code of the core, measure anew.
 */
export async function measured(subject: OpenSubject, tell: Tell): Promise<Measurements> {
  const file = join(folder, `${subject.name.replace(/\W+/g, '-')}-${digestOfCore()}.json`);
  mkdirSync(folder, { recursive: true });
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Measurements) : undefined;
  return measure(subject.port(), subject.measuring, choices, {
    recipe,
    ...(known === undefined ? {} : { known }),
    onMeasured(all) {
      writeFileSync(`${file}.part`, JSON.stringify(all));
      renameSync(`${file}.part`, file);
    },
    onProgress: ({ done, total }) => tell(`${subject.name}: ${done} of ${total} measured`),
  });
}

/** Of the bundle of the core, and of what is chosen from. */
function digestOfCore(): string {
  const entry = fileURLToPath(import.meta.resolve('@lowbit/core/policy'));
  const hash = createHash('sha256').update(JSON.stringify(choices));
  for (const file of [entry, join(dirname(entry), 'shared/shared.js')]) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 8);
}
