import type { Batch, CancelSignal, ModelPort, Recipe, Report } from '@lowbit/core';
import type { Metric } from '@lowbit/core/policy';
import { checkHas } from './check-given.js';
import type { TrialSettings } from './job.js';
import type { Json } from './json.js';

/** A model with its data, ready for jobs: what the module that the caller names opens. */
export interface OpenedModel {
  /**
   * Whatever results depend on, beside the jobs: hashes of the model and of the data, options, versions of what computes. Results are
   * found again by it, and whoever opens something else is told so.
   */
  readonly identity: Json;
  readonly port: ModelPort<unknown>;
  /** Can be gone through several times. Without any, effects are not known. */
  readonly data?: Iterable<Batch> | AsyncIterable<Batch>;
  /** What holds of all jobs: registry, rules, what is left out. */
  readonly recipe?: Recipe;
  /** For effects by `metric`: larger is better. */
  readonly metric?: Metric;
  /** Tries settings of the whole model in place of `quantize(port, recipe)`, where its files are others than the port counts. */
  tryOut?(settings: TrialSettings, session: { readonly signal?: CancelSignal }): Promise<Report>;
  /** Frees what was opened. */
  close?(): void | Promise<void>;
}

/**
 * Opens model and data: what a module exports as `open` for threads and workers.
 *
 * @param context Whatever the caller gives: paths, options; plain JSON.
 */
export type OpenModel<Context = unknown> = (
  context: Context,
  session: { readonly signal?: CancelSignal },
) => Promise<OpenedModel>;

/** @throws LowbitError `invalid-argument` for what is no opened model. */
export function checkOpened(value: unknown, where: string): asserts value is OpenedModel {
  checkHas(value, ['identity', 'port'], where, 'a model that is opened: { identity, port }');
}
