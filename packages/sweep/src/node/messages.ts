import type { Problem } from '@lowbit/core';
import type { JobResult, Task } from '../job.js';
import type { Json } from '../json.js';

/** What a thread is told at its start. */
export interface ThreadStart {
  /** Address of the module that opens model and data. */
  readonly module: string;
  readonly context: unknown;
}

export interface ThreadRequest {
  readonly task: Task;
}

/** An error as it goes from one thread or process to another. */
export type SentError = { readonly problems: readonly Problem[] } | { readonly message: string };

export type ThreadMessage =
  { readonly opened: Json } | { readonly result: JobResult } | { readonly failed: SentError };
