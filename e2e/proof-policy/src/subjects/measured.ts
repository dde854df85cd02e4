import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure, type Measurements } from '@lowbit/core/policy';
import type { Tell } from '@lowbit/e2e-real-models/proof';
import type { OpenSubject } from './open-subject.js';
import { recipe, widths } from './settings.js';

const folder = fileURLToPath(new URL('../../out/measured', import.meta.url));

/**
 * What each weight of a subject loses with each width, alone, on what bits are chosen on. It is kept in `out` weight by weight: what was
 * interrupted goes on. Other settings, and other code of the core, measure anew.
 */
export async function measured(subject: OpenSubject, tell: Tell): Promise<Measurements> {
  const core = readFileSync(fileURLToPath(import.meta.resolve('@lowbit/core/policy')));
  const digest = createHash('sha256').update(core).update(JSON.stringify(widths)).digest('hex').slice(0, 8);
  const file = join(folder, `${subject.name.replace(/\W+/g, '-')}-${digest}.json`);
  mkdirSync(folder, { recursive: true });
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Measurements) : undefined;
  return measure(subject.port(), subject.measuring, widths, {
    recipe,
    ...(known === undefined ? {} : { known }),
    onMeasured(all) {
      writeFileSync(`${file}.part`, JSON.stringify(all));
      renameSync(`${file}.part`, file);
    },
    onProgress: ({ done, total }) => tell(`${subject.name}: ${done} of ${total} measured`),
  });
}
