import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gateAtMost, type Part } from '@lowbit/e2e-real-models/proof';
import { median } from '@lowbit/e2e-real-models';
import { makeLarge } from './make-large.js';
import { runCommand } from './measure-import.js';

const rounds = 3;

/** The forms that are written, with the options for them. */
const forms = { tfjs: [], onnx: ['--to', 'onnx'] };

/** `lowbit import` of a `.keras` file of 100 MB: seconds of the whole process, and all of its memory, Node's own too. */
export const largePart: Part = {
  name: 'large',
  async measure(tell) {
    const folder = await mkdtemp(join(tmpdir(), 'lowbit-large-'));
    try {
      tell('writing the file');
      const file = join(folder, 'large.keras');
      const bytes = await makeLarge(file);
      const rows = Object.entries(forms).map(([form, options]) => {
        const output = join(folder, form === 'onnx' ? 'out.onnx' : 'out');
        const runs = Array.from({ length: rounds }, () => {
          tell(`lowbit import to ${form}`);
          return runCommand(['import', file, '-o', output, '--force', ...options]);
        });
        const peak = Math.max(...runs.map(({ peakBytes }) => peakBytes));
        const seconds = median(runs.map((run) => run.seconds));
        return { form, bytes, seconds, 'peak bytes': peak, 'times the file': peak / bytes };
      });
      return {
        name: 'large',
        title: 'lowbit import of a large .keras file, the whole process',
        rows,
        gates: [
          gateAtMost('seconds of the import', rows[0]!.seconds, 3),
          ...rows.map((row) =>
            gateAtMost(
              `peak memory of the import to ${row.form} over the bytes of the file`,
              row['times the file'],
              2.5,
            ),
          ),
        ],
        skipped: [],
      };
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};
