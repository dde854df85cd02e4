import type { Granularity, Problem, Report } from '@lowbit/core';
import type { Difference, OutputComparison } from 'lowbit/browser';

/** What the page shows of a model before anything is done to it. */
export interface ModelFacts {
  readonly format: 'onnx' | 'tfjs';
  readonly name: string;
  /** Label and text. */
  readonly facts: readonly (readonly [string, string])[];
  /** Weights that can be quantized, and the bytes of all of them. */
  readonly quantizable: { readonly count: number; readonly bytes: number };
  /** How many more could be if inputs that have a value in the file were constants. */
  readonly frozen: number;
  /** What stays as it is, by reason. */
  readonly skipped: readonly { readonly reason: string; readonly count: number }[];
  /** What pixels become for the only input, where it takes pictures. */
  readonly pictures?: PixelRange;
}

/** What the user chose. */
export interface Settings {
  /** `name` or `name:key=value,…` */
  readonly method: string;
  readonly bits: number;
  /** Bits of the first and the last layer. */
  readonly ends: 'same' | 'float' | number;
  /** Absent: what the form of the file wants, else `channel`. */
  readonly granularity?: Granularity;
  readonly parameterStorage: 'float32' | 'float16';
  /** For TensorFlow.js: what loads the file. */
  readonly format?: DownloadForm;
  /** For ONNX: what the file is made for. `integers`: activations become 8-bit integers on every run. */
  readonly madeFor: 'speed' | 'memory' | 'integers';
  /** For ONNX: what is not quantized computes in float16 where its range allows. */
  readonly float16: boolean;
  /** For ONNX: inputs that have a value in the file become constants. */
  readonly freezeInputs: boolean;
}

/** How pixels, 0 … 255, become the numbers of an input. */
export type PixelRange = 'unit' | 'signed' | 'imagenet' | 'bytes';

/** What both models are run on. */
export type CompareInputs =
  | { readonly source: 'random'; readonly batches: number; readonly seed: number }
  | { readonly source: 'picture'; readonly file: File; readonly range: PixelRange };

/** What the models give for the same inputs, the second compared with the first. */
export interface CompareResult {
  readonly batches: number;
  readonly outputs: readonly OutputComparison[];
  readonly overall: Difference;
}

/** `packed` needs lowbit to be loaded; `plain` is for unmodified TensorFlow.js. ONNX files have one form only. */
export type DownloadForm = 'packed' | 'plain';

/** A file to be saved by the browser, and what it cost beyond the quantization, as a sentence. */
export interface Download {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly note: string;
}

/** A file of a folder, by its path in it. */
export interface FolderFile {
  readonly path: string;
  readonly file: File;
}

/** A folder of a model, and the dtypes of transformers.js that are wanted of its graphs. */
export interface FolderWish {
  readonly name: string;
  readonly files: readonly FolderFile[];
  /** JSON lines that its graphs are calibrated by; none where empty. */
  readonly data: readonly File[];
  readonly dtypes: readonly string[];
}

/** What became of a folder. */
export interface FolderOutcome {
  readonly zip: Download;
  readonly written: readonly FolderLine[];
  /** Why a dtype was not written, and what data were taken for which graph. */
  readonly notes: readonly string[];
}

/** A graph in one dtype. */
export interface FolderLine {
  readonly path: string;
  readonly before: number;
  readonly after: number;
  readonly verdict: string;
}

export interface Progress {
  readonly label: string;
  readonly done: number;
  readonly total: number;
}

/** What the page asks of the worker: what it gives and what it gets. */
export interface Tasks {
  open: { in: readonly File[]; out: ModelFacts };
  quantize: { in: Settings; out: Report };
  compare: { in: CompareInputs; out: CompareResult };
  download: { in: DownloadForm; out: readonly Download[] };
  folder: { in: FolderWish; out: FolderOutcome };
}

export type TaskName = keyof Tasks;

export type ToWorker =
  | {
      readonly [T in TaskName]: { readonly id: number; readonly task: T; readonly input: Tasks[T]['in'] };
    }[TaskName]
  | { readonly task: 'cancel' };

export type FromWorker =
  | { readonly id: number; readonly progress: Progress }
  | { readonly id: number; readonly result: Tasks[TaskName]['out'] }
  | { readonly id: number; readonly problems: readonly Problem[] };
