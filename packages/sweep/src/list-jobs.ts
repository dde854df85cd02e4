import { LowbitError } from '@lowbit/core';
import { checkOptions, optionTypes } from '@lowbit/core/adapter';
import { candidateKey, measuring } from '@lowbit/core/policy';
import { checkList } from './check-given.js';
import type { Job, JobCandidate, MeasureSettings, Task, TrialSettings } from './job.js';
import { contentHash, type Json } from './json.js';
import { checkOpened, type OpenedModel } from './opened-model.js';

const candidatesExpected = "bits, 'float', and candidates such as { bits: 4 }, one at least";

/**
 * The jobs that measure a model: one for each weight, or for those that are decided at once. Nothing is run.
 *
 * @throws LowbitError as `measure` of `@lowbit/core/policy`.
 */
export async function measureTasks(
  opened: OpenedModel,
  candidates: readonly (number | 'float' | JobCandidate)[],
  settings: MeasureSettings = {},
): Promise<readonly Task[]> {
  checkOpened(opened, 'measureTasks: opened');
  const isCandidate = (one: unknown) => typeof one === 'object' || one === 'float' || typeof one === 'number';
  checkList(candidates, 'measureTasks: candidates', candidatesExpected, isCandidate);
  checkOptions(settings, settingTypes, 'measureTasks');
  const all = candidates.map((one) => (typeof one === 'object' ? one : { bits: one }));
  const once = [...new Map(all.map((one) => [candidateKey(one), one])).values()];
  const { recipe = {} } = opened;
  const { items } = await measuring(opened.port, undefined, once, { ...settings, recipe });
  const jobs = items.map((ids): Job => ({ kind: 'measure', ids, candidates: once, settings }));
  return withKeys(opened.identity, jobs);
}

const settingTypes = {
  by: optionTypes.any,
  classes: optionTypes.texts,
  together: optionTypes.any,
  samples: optionTypes.count,
  mostBytes: optionTypes.count,
} as const;

/** What is tried: each method with each width and each granularity. */
export interface TrialGrid {
  readonly weights: readonly string[];
  readonly bits: readonly number[];
  readonly granularity: readonly TrialSettings['granularity'][];
}

/**
 * The jobs that try a whole model, in the order of the grid.
 *
 * @throws LowbitError `invalid-argument`.
 */
export async function trialTasks(opened: OpenedModel, grid: TrialGrid): Promise<readonly Task[]> {
  checkOpened(opened, 'trialTasks: opened');
  const isText = (one: unknown) => typeof one === 'string';
  checkList(Object(grid).weights, 'trialTasks: grid.weights', 'names of methods', isText);
  checkList(Object(grid).bits, 'trialTasks: grid.bits', 'numbers of bits', Number.isInteger);
  checkList(Object(grid).granularity, 'trialTasks: grid.granularity', "'channel', 'tensor' …", isText);
  const jobs = [...new Set(grid.weights)].flatMap((weights) =>
    [...new Set(grid.bits)].flatMap((bits) =>
      [...new Set(grid.granularity)].map((granularity): Job => ({
        kind: 'trial',
        settings: { weights, bits, granularity },
      })),
    ),
  );
  return withKeys(opened.identity, jobs);
}

async function withKeys(identity: Json, jobs: readonly Job[]): Promise<readonly Task[]> {
  return Promise.all(jobs.map(async (job) => ({ key: await contentHash({ identity, job }), job })));
}

/**
 * Every n-th task, from the i-th on: shares that hold all tasks together, each once.
 *
 * @param index Of the share, 1 … count.
 * @throws LowbitError `invalid-argument`.
 */
export function shard<T>(tasks: readonly T[], index: number, count: number): readonly T[] {
  const isShare = Number.isInteger(index) && Number.isInteger(count) && index >= 1 && index <= count;
  if (!Array.isArray(tasks) || !isShare)
    throw new LowbitError({
      code: 'invalid-argument',
      where: 'shard(tasks, index, count)',
      expected: 'a list, and a share from 1 to the number of shares',
      received: Array.isArray(tasks) ? `share ${index} of ${count}` : typeof tasks,
    });
  return tasks.filter((_, i) => i % count === index - 1);
}
