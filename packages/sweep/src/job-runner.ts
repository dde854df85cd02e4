import { isLowbitError, quantize, type CancelSignal, type Recipe, type Report } from '@lowbit/core';
import { defined } from '@lowbit/core/adapter';
import { measuring, type Measuring } from '@lowbit/core/policy';
import type { JobResult, MeasureJob, Task, Trial, TrialJob } from './job.js';
import { sortedJson } from './json.js';
import { checkOpened, type OpenedModel } from './opened-model.js';

/** What runs jobs. */
export interface JobRunner {
  /** Jobs that it takes at once. */
  readonly atOnce: number;
  /** Times that a job is tried, by whoever runs it. Default 3; 1 where the runner tries again by itself. */
  readonly tries?: number;
  run(task: Task, session: { readonly signal?: CancelSignal }): Promise<JobResult>;
  close(): Promise<void>;
}

/** Runs jobs here, one after the other. What does not depend on the job is computed once. */
export function localRunner(opened: OpenedModel): JobRunner {
  checkOpened(opened, 'localRunner: opened');
  const begun = new Map<string, Promise<Measuring>>();
  return {
    atOnce: 1,
    async run({ job }, session) {
      if (job.kind === 'trial') return { trial: await tried(opened, job, session) };
      const kind = sortedJson([job.candidates, job.settings]);
      const known = begun.get(kind) ?? begin(opened, job, session);
      begun.set(kind, known);
      known.catch(() => begun.delete(kind));
      return { measured: await (await known).measure(job.ids, session) };
    },
    close: async () => {
      begun.clear();
      await opened.close?.();
    },
  };
}

function begin(
  { port, data, recipe = {}, metric }: OpenedModel,
  { candidates, settings }: MeasureJob,
  session: { readonly signal?: CancelSignal },
): Promise<Measuring> {
  return measuring(port, data, candidates, { ...settings, ...session, recipe, ...defined({ metric }) });
}

async function tried(
  opened: OpenedModel,
  { settings }: TrialJob,
  session: { readonly signal?: CancelSignal },
): Promise<Trial> {
  const { port, data, recipe = {}, tryOut } = opened;
  const whole: Recipe = { ...recipe, ...settings, ...defined({ data }) };
  try {
    const report = await (tryOut?.(settings, session) ??
      quantize(port, whole, session).then((done) => done.report));
    return trialOf(report);
  } catch (error) {
    if (!isLowbitError(error) || !ofSettings.has(error.code)) throw error;
    return { impossible: { code: error.code, reason: error.message } };
  }
}

/** Errors that settings cause, which are results too. */
const ofSettings: ReadonlySet<string> = new Set([
  ...['unsupported-bits', 'unsupported-option', 'unsupported-storage', 'nothing-to-quantize'],
  ...['plan-invalid', 'non-finite', 'invalid-argument'],
]);

function trialOf({ modelBytes, sizes, bitsPerWeight, weights, verdict }: Report): Trial {
  const classes = verdict?.outputs?.outputs.find((output) => output.classes !== undefined)?.classes;
  return {
    bytes: modelBytes.after,
    weightBytes: sizes.stored,
    floatBytes: sizes.float,
    bitsPerWeight,
    weights: weights.length,
    ...defined({ by: verdict?.by, sqnrDb: verdict?.sqnrDb, grade: verdict?.grade }),
    ...defined({ sameClass: classes?.part, rightClass: classes?.right?.result }),
  };
}
