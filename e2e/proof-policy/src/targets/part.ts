import { isLowbitError } from '@lowbit/core';
import { budget, type Measurements } from '@lowbit/core/policy';
import { gate, gateAtMost, type Gate, type Part, type Row } from '@lowbit/e2e-real-models/proof';
import { measured } from '../subjects/measured.js';
import { opening, type OpenSubject, type WrittenSubject } from '../subjects/open-subject.js';
import { choices, recipe } from '../subjects/settings.js';
import { tenSubjects } from '../subjects/subjects.js';

/** Targets, in percent of what the model takes as it is. */
const percents = [30, 22, 16, 12] as const;
/** Part of a target that is used where the choices allow. */
const wellUsed = 0.99;

/** Files made to fit: never above, and used up as far as the choices allow. */
export const targetsPart: Part = {
  name: 'targets',
  async measure(tell) {
    const found: Fitted[] = [];
    for (const open of tenSubjects(opening(tell))) {
      const subject = await open();
      const measurements = await measured(subject, tell);
      for (const percent of percents) {
        tell(`${subject.name}: ${percent} %`);
        found.push(await fit(subject, percent, measurements));
      }
      subject.close();
    }
    return {
      name: 'targets',
      title: 'Ten models at 30, 22, 16 and 12 % of their bytes',
      rows: found.map(({ row }) => row),
      gates: found.flatMap(({ gates }) => gates),
      skipped: [],
    };
  },
};

interface Fitted {
  readonly row: Row;
  readonly gates: readonly Gate[];
}

async function fit(subject: OpenSubject, percent: number, measurements: Measurements): Promise<Fitted> {
  const target = Math.floor((subject.bytes * percent) / 100);
  const place = { model: subject.name, percent, target };
  const bits = budget({ bytes: target, choices });
  const given = { ...recipe, bits, measurements, data: subject.measuring };
  const done = await subject.write(given, { withTask: true }).catch((error: unknown) => tooSmall(error));
  if ('smallest' in done) {
    const { smallest, words } = done;
    return {
      row: { ...place, bytes: `smallest ${smallest}`, used: '', 'error (dB)': '', task: words },
      gates: [
        gate(`smallest size of ${subject.name}, over the target of ${percent} %`, smallest / target, 1),
      ],
    };
  }
  const used = done.bytes / target;
  const step = done.budget?.step;
  const isNoBetter = step !== undefined && step.bytes <= target && wasFullerSeen(done);
  const isUsed = used >= wellUsed || step === undefined || step.bytes > target || isNoBetter;
  const why =
    step === undefined ? 'nothing wider' : isNoBetter ? 'more is no better' : `next step ${step.bytes}`;
  return {
    row: {
      ...place,
      bytes: done.bytes,
      used: `${(100 * used).toFixed(1)} %${used >= wellUsed ? '' : `, ${why}`}`,
      'error (dB)': 10 * Math.log10(done.error),
      task: done.task,
    },
    gates: [
      gateAtMost(`bytes of ${subject.name} over the target of ${percent} %`, used, 1),
      gate(
        `${subject.name} uses 99 % of the target of ${percent} %, or its next step exceeds it or loses more`,
        Number(isUsed),
        1,
      ),
    ],
  };
}

/** Whether a choice that has nothing narrower was measured, or written: it lost more, or was too large. */
function wasFullerSeen({ budget: spent, measurements }: WrittenSubject): boolean {
  if (spent === undefined || measurements === undefined) return false;
  const own = Object.entries(spent.choice);
  const width = (key: string | undefined) => (key === 'float' ? 32 : Number.parseInt(key ?? ''));
  return [...measurements.joint, ...measurements.written].some(
    ({ choice }) =>
      own.every(([id, key]) => width(choice[id]) >= width(key)) &&
      own.some(([id, key]) => width(choice[id]) > width(key)),
  );
}

/** The smallest size that an error names, with its words. */
function tooSmall(error: unknown): { readonly smallest: number; readonly words: string } {
  if (!isLowbitError(error) || error.code !== 'budget-infeasible') throw error;
  const words = `${error.expected ?? ''}`;
  return { smallest: Number(/(\d+) bytes/.exec(words)?.[1]), words };
}
