import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gateAtMost, type Part } from '@lowbit/e2e-real-models/proof';
import { median } from '@lowbit/e2e-real-models';
import { makeLarge } from './make-large.js';
import { runCommand } from './measure-import.js';

const rounds = 3;

/** `lowbit import` of a `.keras` file of 100 MB: seconds of the whole process, and memory beyond that of an idle one. */
export const largePart: Part = {
  name: 'large',
  async measure(tell) {
    const folder = await mkdtemp(join(tmpdir(), 'lowbit-large-'));
    try {
      tell('writing the file');
      const file = join(folder, 'large.keras');
      const bytes = await makeLarge(file);
      const idle = runCommand(['--version']).peakBytes;
      const runs = Array.from({ length: rounds }, () => {
        tell('lowbit import');
        return runCommand(['import', file, '-o', join(folder, 'out'), '--force']);
      });
      const seconds = median(runs.map((run) => run.seconds));
      const peak = Math.max(...runs.map(({ peakBytes }) => peakBytes)) - idle;
      const times = peak / bytes;
      return {
        name: 'large',
        title: 'lowbit import of a large .keras file, the whole process',
        rows: [{ bytes, seconds, 'peak bytes beyond an idle process': peak, 'times the file': times }],
        gates: [
          gateAtMost('seconds of the import', seconds, 3),
          gateAtMost('peak memory over the bytes of the file', times, 2.5),
        ],
        skipped: [],
      };
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};
