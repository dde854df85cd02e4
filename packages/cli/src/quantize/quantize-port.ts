import {
  applyPlan,
  makePlan,
  type Calibration,
  type ModelPort,
  type PlannedWork,
  type QuantizationPlan,
  type Report,
} from '@lowbit/core';
import type { CalibrationInput } from '@lowbit/data';
import type { DataReport } from '@lowbit/report';

import type { QuantizeOptions } from '../usage/quantize-options.js';
import type { ProgressStep } from '../output/progress.js';
import { measureFeatures, type MeasuredFeatures } from '../statistics/measure-features.js';
import { neededStatistics, observe } from '../statistics/observe.js';
import { checkStatistics } from '../statistics/read-statistics.js';
import { throwAsUsage, usageError } from '../usage/usage-error.js';
import { checkSites } from '../plan/read-plan.js';
import { checkUnused, unusedData } from './unused-data.js';
import { recipeFrom } from './recipe.js';

/** Statistics of activations, where there are any, and the data they are from if these were read now. */
export interface Statistics {
  readonly calibration?: Calibration;
  readonly data?: DataReport;
  /** The labelled data that a policy decided by. */
  readonly features?: FeaturesReport;
}

/** Labelled data that features were measured on, and how many samples these were. */
export type FeaturesReport = DataReport & { readonly samples: number };

/** A model of any kind that is opened, and what is wanted. */
export interface PortJob<M> {
  readonly port: ModelPort<M>;
  readonly options: QuantizeOptions;
  /** Decides in place of the options. */
  readonly plan?: QuantizationPlan;
  /** The inputs that data are read for. */
  readonly inputs: () => readonly CalibrationInput[];
}

/** A quantized model in memory, and how it came about. */
export interface QuantizedPort<M> {
  readonly model: M;
  readonly report: Report;
  readonly statistics: Statistics;
}

export interface QuantizeSession {
  readonly signal: AbortSignal;
  readonly onProgress: (step: ProgressStep) => void;
}

/**
 * Plans, observes activations where that is asked for, and quantizes.
 *
 * @param stored - statistics of an earlier run
 */
export async function quantizePort<M>(
  job: PortJob<M>,
  stored: Calibration | undefined,
  session: QuantizeSession,
): Promise<QuantizedPort<M>> {
  if (job.options.activations !== undefined && !job.port.supports.activations) throw weightsOnly();
  session.onProgress({ phase: 'plan', done: 0, total: 1 });
  const measured = await featuresFor(job, session);
  const work = await planFor(job, measured);
  const statistics = await statisticsFor(job, stored, work, session);
  const { calibration } = statistics;
  const { model, report: told } = await applyPlan(job.port, work.plan, work.registry, {
    ...session,
    measure: job.options.measure,
    ...(calibration === undefined ? {} : { calibration }),
  });
  const features = measured && { ...measured.data, samples: measured.features.labels.length };
  const all: Statistics = features === undefined ? statistics : { ...statistics, features };
  const report = { ...told, warnings: [...told.warnings, ...unusedData(job.options, all)] };
  return { model, report, statistics: all };
}

/** What a policy may decide by; `undefined` when bits are a number, or there are no labelled data. */
async function featuresFor<M>(
  { port, inputs, options, plan }: PortJob<M>,
  { signal, onProgress }: QuantizeSession,
): Promise<MeasuredFeatures | undefined> {
  const { bits, calibrate, labels } = options;
  const wanted = plan === undefined && typeof bits === 'string' && calibrate !== undefined;
  return wanted && labels !== undefined
    ? measureFeatures(port, inputs(), options, onProgress, signal)
    : undefined;
}

async function planFor<M>(
  { port, plan, options }: PortJob<M>,
  measured: MeasuredFeatures | undefined,
): Promise<PlannedWork> {
  if (plan === undefined) return makePlan(port, recipeFrom(options, measured?.features)).catch(throwAsUsage);
  checkSites(plan, await port.layers(), options.plan ?? 'plan');
  return { plan, registry: options.methods };
}

async function statisticsFor<M>(
  { port, inputs, options }: PortJob<M>,
  stored: Calibration | undefined,
  work: PlannedWork,
  { signal, onProgress }: QuantizeSession,
): Promise<Statistics> {
  if (stored !== undefined) {
    checkStatistics(stored, work, port.name, options.calibration ?? 'statistics');
    return { calibration: stored };
  }
  const needed = neededStatistics(work);
  if (needed === 'none') await checkUnused(options, inputs, signal);
  if (options.calibrate === undefined || needed === 'none') return {};
  // What is saved serves other methods too.
  const statistics = options.saveCalibration === undefined ? needed : 'all';
  return observe(port, inputs(), { ...options, statistics }, onProgress, signal);
}

function weightsOnly(): Error {
  return usageError({
    where: '--activations',
    expected: 'a model whose activations can be quantized',
    received: 'one whose weights alone can be, as those of a graph model',
    remedy: 'Leave the options for activations out.',
  });
}
