import { applyPlan, makePlan, type Calibration, type PlannedWork, type Report } from '@lowbit/core';
import { registry } from '@lowbit/methods';
import type { OnnxPort, OnnxResult } from '@lowbit/onnx';

import type { DataReport } from '../data/inputs-from-data.js';
import type { DataFiles } from '../files/data-files.js';
import type { ProgressStep } from '../output/progress.js';
import { observe } from '../statistics/observe.js';
import { checkStatistics } from '../statistics/read-statistics.js';
import { checkSites } from './check-sites.js';
import { openPort, type QuantizeJob } from './open-port.js';
import { recipeFrom } from './recipe.js';

/** A quantized model, and how it came about. */
export interface QuantizedModel {
  readonly model: OnnxResult;
  readonly report: Report;
  /** The files beside the original. */
  readonly dataFiles: DataFiles;
  readonly statistics: Statistics;
}

/** Statistics of activations, where there are any, and the data they are from if these were read now. */
interface Statistics {
  readonly calibration?: Calibration;
  readonly data?: DataReport;
}

interface Session {
  readonly signal: AbortSignal;
  readonly onProgress: (step: ProgressStep) => void;
}

/**
 * Plans, observes activations where that is asked for, quantizes and writes into memory.
 *
 * @param stored - statistics of an earlier run
 */
export async function quantizeModel(
  job: QuantizeJob,
  stored: Calibration | undefined,
  session: Session,
): Promise<QuantizedModel> {
  const { port, dataFiles } = await openPort(job, session.signal);
  session.onProgress({ phase: 'plan', done: 0, total: 1 });
  const work = await planFor(port, job);
  const statistics = await statisticsFor(port, job, stored, work, session);
  const { calibration } = statistics;
  const { model, report } = await applyPlan(port, work.plan, work.registry, {
    ...session,
    ...(calibration === undefined ? {} : { calibration }),
  });
  return { model, report, dataFiles, statistics };
}

async function planFor(port: OnnxPort, { plan, options }: QuantizeJob): Promise<PlannedWork> {
  if (plan === undefined) return makePlan(port, recipeFrom(options));
  checkSites(plan, await port.layers(), options.plan ?? 'plan');
  return { plan, registry };
}

async function statisticsFor(
  port: OnnxPort,
  { file, bytes, options }: QuantizeJob,
  stored: Calibration | undefined,
  work: PlannedWork,
  { signal, onProgress }: Session,
): Promise<Statistics> {
  if (stored !== undefined) {
    checkStatistics(stored, work, options.calibration ?? 'statistics');
    return { calibration: stored };
  }
  return options.calibrate === undefined ? {} : observe({ file, bytes, port }, options, onProgress, signal);
}
