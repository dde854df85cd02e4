import type { Granularity, ParameterStorage } from '@lowbit/core';
import type { Measurements } from '@lowbit/core/policy';

/** A way to store a weight, as JSON: methods go by their names. */
export interface JobCandidate {
  readonly bits: number | 'float';
  readonly quantizer?: string;
  readonly granularity?: Granularity;
  readonly parameterStorage?: ParameterStorage;
}

/** What holds of all parts of one measuring; see `MeasureOptions` of `@lowbit/core/policy`. */
export interface MeasureSettings {
  readonly by?: 'outputs' | 'labels' | 'metric';
  readonly classes?: readonly string[];
  readonly together?: readonly (readonly string[])[];
  readonly samples?: number;
  readonly mostBytes?: number;
}

/** Measures what weights that are decided at once cost and lose with each candidate. */
export interface MeasureJob {
  readonly kind: 'measure';
  readonly ids: readonly string[];
  readonly candidates: readonly JobCandidate[];
  readonly settings: MeasureSettings;
}

/** Settings of a whole model that are tried. */
export interface TrialSettings {
  readonly weights: string;
  readonly bits: number;
  readonly granularity: Granularity;
}

/** Quantizes the whole model with these settings, and looks at what comes out. */
export interface TrialJob {
  readonly kind: 'trial';
  readonly settings: TrialSettings;
}

export type Job = MeasureJob | TrialJob;

/** What settings of a whole model give. */
export interface Trial {
  /** Bytes of the model with its data, as written. */
  readonly bytes?: number;
  /** Bytes of the quantized weights, parameters counted, and of these weights before. */
  readonly weightBytes?: number;
  readonly floatBytes?: number;
  readonly bitsPerWeight?: number;
  /** Weights that are quantized. */
  readonly weights?: number;
  /** What decibels are of: outputs on data, or the weights themselves. */
  readonly by?: 'outputs' | 'weights' | 'nothing';
  /** Decibels of the worst output, or of all quantized weights; `null` where nothing is off or nothing could be told. */
  readonly sqnrDb?: number | null;
  readonly grade?: string;
  /** Part of the rows of the output with classes, 0 … 1, in which the best class stays the same; with labels, in which it is right. */
  readonly sameClass?: number;
  readonly rightClass?: number;
  /** Why these settings are not possible: the code and the words of an error. */
  readonly impossible?: { readonly code: string; readonly reason: string };
}

/** What a job gives: plain JSON, and the same wherever it is run. */
export type JobResult = { readonly measured: Measurements } | { readonly trial: Trial };

/** A job with the address of its result. */
export interface Task {
  /** Hash of what the result depends on. */
  readonly key: string;
  readonly job: Job;
}

/** A job that is done. */
export interface Outcome extends Task {
  readonly result: JobResult;
}

/** A job in words. */
export function jobName(job: Job): string {
  if (job.kind === 'measure') return `measuring ${job.ids.join(', ')}`;
  const { weights, bits, granularity } = job.settings;
  return `${weights}, ${bits} bits, ${granularity}`;
}
