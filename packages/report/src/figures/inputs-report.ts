/** Which data a model was run on. */
export interface DataReport {
  readonly source: 'data';
  readonly paths: readonly string[];
  /** What was done to pictures. */
  readonly preparation: readonly string[];
  /** What was left out or reused; filled while the data are read. */
  readonly notes: readonly string[];
}

/** Random numbers that a model was run on. */
export interface RandomReport {
  readonly source: 'random';
  readonly seed: number;
  /** The size of each open axis. */
  readonly sizes: Readonly<Record<string, number>>;
  /** How they are spread. */
  readonly values: string;
  readonly notes: readonly string[];
}

/** What a model was run on. */
export type InputsReport = DataReport | RandomReport;

/** Where statistics of activations are from: data, or the file of an earlier run. */
export type CalibrationReport = { readonly batches: number } & (
  (DataReport & { readonly saved?: string }) | { readonly source: 'file'; readonly path: string }
);
