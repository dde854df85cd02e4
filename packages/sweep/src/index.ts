/** Measuring and comparing settings as lists of independent jobs, whose results are found again by what they depend on. */
export type {
  Job,
  JobCandidate,
  JobResult,
  MeasureJob,
  MeasureSettings,
  Outcome,
  Task,
  Trial,
  TrialJob,
  TrialSettings,
} from './job.js';
export { type JobRunner, localRunner } from './job-runner.js';
export { contentHash, type Json } from './json.js';
export { measureTasks, shard, type TrialGrid, trialTasks } from './list-jobs.js';
export type { OpenedModel, OpenModel } from './opened-model.js';
export { memoryStore, type ResultStore } from './result-store.js';
export { measurementsOf, type TriedSettings, trialsOf } from './results.js';
export { runTasks, type RunTasksOptions } from './run-tasks.js';
