import {
  applyPlan,
  inputStatistics,
  makePlan,
  type Calibration,
  type ModelPort,
  type QuantizationPlan,
  type Report,
} from '@lowbit/core';
import { type BudgetReport, mergeMeasurements, type Measurements } from '@lowbit/core/policy';
import { defined, type PlannedWork } from '@lowbit/core/adapter';
import type { CalibrationInput } from '@lowbit/data';
import type { DataReport } from '@lowbit/report';

import { inputsFromData, type DataInputs } from '../data/inputs-from-data.js';
import type { QuantizeOptions } from '../usage/quantize-options.js';
import type { ProgressStep } from '../output/progress.js';
import { checkStatistics } from '../statistics/read-statistics.js';
import { isFolder } from '../usage/statistics-place.js';
import { throwAsUsage, usageError } from '../usage/usage-error.js';
import { checkSites } from '../plan/read-plan.js';
import { readMeasurements } from '../plan/read-measurements.js';
import { checkLabels, dataWarnings, unusedActivations } from './unused-data.js';
import { recipeFrom } from './recipe.js';

/** Statistics of activations, where there are any, and the data they are from if these were read now. */
export interface Statistics {
  readonly calibration?: Calibration;
  readonly data?: DataReport;
  /** The data that outputs were compared on, where nothing was observed on them. */
  readonly compared?: DataReport;
  /** The labelled data that a policy decided by. */
  readonly features?: FeaturesReport;
}

/** Labelled data that features were measured on, and how many samples these were. */
export type FeaturesReport = DataReport & { readonly samples: number };

/** Sizes at which a report shows what all weights together lose. */
const curvePoints = 16;

/** A model of any kind that is opened, and what is wanted. */
export interface PortJob<M> {
  readonly port: ModelPort<M>;
  readonly options: QuantizeOptions;
  /** Decides in place of the options. */
  readonly plan?: QuantizationPlan;
  /** The inputs that data are read for. */
  readonly inputs: () => readonly CalibrationInput[];
  /** Bytes of the files of a result, where they are others than the port counts. */
  readonly sizeOf?: (result: M) => Promise<number>;
  /** What was left out of the model or is done otherwise, in sentences. */
  readonly notes?: readonly string[];
}

/** A quantized model in memory, and how it came about. */
export interface QuantizedPort<M> {
  readonly model: M;
  readonly report: Report;
  readonly statistics: Statistics;
  /** What became of the budget; absent without one. */
  readonly spent?: SpentReport;
}

/** A budget, and what was measured for it. */
export interface SpentReport {
  readonly budget: BudgetReport;
  readonly measurements: Measurements;
}

export interface QuantizeSession {
  readonly signal: AbortSignal;
  readonly onProgress: (step: ProgressStep) => void;
}

/**
 * Plans and quantizes; what is measured on the data is for the plan to say.
 *
 * @param stored - statistics of an earlier run
 */
export async function quantizePort<M>(
  job: PortJob<M>,
  stored: Calibration | undefined,
  session: QuantizeSession,
): Promise<QuantizedPort<M>> {
  const { port, options } = job;
  const { labelled, planned } = await planPort(job, session, stored);
  const { plan, registry, features, budget, measurements } = planned;
  if (stored !== undefined)
    checkStatistics(stored, { plan, registry }, port.name, options.calibration ?? 'statistics');
  const data = stored === undefined ? await dataFor(job, session.signal) : undefined;
  const saved = await inputsToSave(job, plan, data, session);
  const { calibration: seen, ...done } = await applyPlan(port, plan, registry, {
    ...session,
    // Histograms are shown by documents alone.
    measure: options.measure && (options.json ?? options.report) === undefined ? 'errors' : options.measure,
    ...defined({ capture: options.capture }),
    // What is saved serves other methods too.
    ...(options.saveCalibration === undefined ? {} : { statistics: 'all' as const }),
    ...defined({ calibration: stored ?? (options.capture === 'sequential' ? undefined : saved) }),
    ...(data === undefined ? {} : { data: data.batches }),
  });
  const observed = saved === undefined ? seen : { ...(seen ?? saved), ...defined({ inputs: saved.inputs }) };
  const calibration = observed ?? stored;
  const isCompared = done.report.verdict?.outputs !== undefined && observed === undefined;
  const statistics: Statistics = {
    ...defined({ calibration }),
    ...(observed === undefined || data === undefined ? {} : { data: withNonFinite(data.report, observed) }),
    ...(isCompared ? defined({ compared: data?.report }) : {}),
    ...(features === undefined || labelled === undefined
      ? {}
      : { features: { ...labelled.report, samples: features.labels.length } }),
  };
  if (Object.keys(statistics).length === 0) await checkLabels(options);
  const ofData = dataWarnings(done.report.warnings, options, statistics);
  const warnings = [
    ...(job.notes ?? []),
    ...planned.warnings,
    ...unusedActivations(done.report, options),
    ...ofData,
  ];
  const report = { ...done.report, warnings };
  const spent = budget &&
    measurements && { budget: await withFinalBytes(budget, done, job.sizeOf), measurements };
  return { model: done.model, report, statistics, ...defined({ spent }) };
}

/** Statistics of the inputs of what the plan quantizes, where a folder of them is to be saved; gathered when they are read. */
async function inputsToSave<M>(
  { port, options: { saveCalibration } }: PortJob<M>,
  { weights }: QuantizationPlan,
  data: DataInputs | undefined,
  session: QuantizeSession,
): Promise<Calibration | undefined> {
  if (saveCalibration === undefined || !isFolder(saveCalibration) || data === undefined) return undefined;
  const ids = weights.filter(({ bits }) => bits !== 'float').map(({ id }) => id);
  return inputStatistics(port, data.batches, { ...session, weights: ids });
}

/** With what the result takes: plans are written with every bias that can be corrected, of which data may leave some as they are. */
async function withFinalBytes<M>(
  budget: BudgetReport,
  { model, report }: { readonly model: M; readonly report: Report },
  sizeOf: PortJob<M>['sizeOf'],
): Promise<BudgetReport> {
  const bytes = budget.bytes && ((await sizeOf?.(model)) ?? report.modelBytes.after);
  return { ...budget, ...(bytes === undefined ? {} : { bytes, averageBits: report.bitsPerWeight }) };
}

/** Decides what happens to each weight, with what is measured for it on the data. */
export async function planPort<M>(
  job: PortJob<M>,
  session: QuantizeSession,
  stored?: Calibration,
): Promise<{ readonly planned: PlannedWork; readonly labelled: DataInputs | undefined }> {
  const { port, options } = job;
  if (options.activations !== undefined && !port.supports.activations) throw weightsOnly();
  session.onProgress({ phase: 'plan', done: 0, total: 1 });
  const labelled = await dataFor(job, session.signal);
  return { planned: await planFor(job, labelled, stored, session), labelled };
}

/** The data of `--calibrate`, one batch in memory at a time; nothing is read before somebody asks for a batch. */
export async function dataFor(
  { inputs, options }: Pick<PortJob<unknown>, 'inputs' | 'options'>,
  signal: AbortSignal,
): Promise<DataInputs | undefined> {
  const { calibrate } = options;
  return calibrate === undefined ? undefined : inputsFromData(calibrate, options, inputs(), signal);
}

async function planFor<M>(
  { port, plan, options, sizeOf }: PortJob<M>,
  labelled: DataInputs | undefined,
  calibration: Calibration | undefined,
  session: QuantizeSession,
): Promise<PlannedWork> {
  if (plan === undefined) {
    const measurements = await knownFor(port, options, session.signal);
    const known = defined({ measurements, calibration });
    return makePlan(port, recipeFrom(options, labelled?.batches, known), {
      ...session,
      ...(options.report !== undefined && { curve: curvePoints }),
      ...defined({ capture: options.capture }),
      ...(sizeOf && { sizeOf: (model) => sizeOf(model as M) }),
    }).catch(throwAsUsage);
  }
  checkSites(plan, await port.layers(), options.plan ?? 'plan');
  return { plan, registry: options.methods, warnings: [] };
}

/** What is known before anything is measured here: what a file holds, and what jobs measure. */
async function knownFor<M>(
  port: ModelPort<M>,
  { measurements: file, source }: QuantizeOptions,
  signal: AbortSignal,
): Promise<Measurements | undefined> {
  const stored = file === undefined ? undefined : await readMeasurements(file, port, source, signal);
  const measured = await source?.measure?.();
  const all = [stored, measured].filter((one) => one !== undefined);
  return all.length === 0 ? undefined : mergeMeasurements(all);
}

/** What is told of the data, with those that were left out for being no numbers. */
function withNonFinite(report: DataReport, { sites }: Calibration): DataReport {
  const notes = Object.entries(sites)
    .filter(([, { nonFinite }]) => nonFinite > 0)
    .map(([id, { nonFinite }]) => `${nonFinite} values of ${id} were NaN or infinite and are left out.`);
  return { ...report, notes: [...report.notes, ...notes] };
}

function weightsOnly(): Error {
  return usageError({
    where: '--activations',
    expected: 'a model whose activations can be quantized',
    received: 'one whose weights alone can be, as those of a graph model',
    remedy: 'Leave the options for activations out.',
  });
}
