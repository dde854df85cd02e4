import type { Row } from './row.js';

/** Where layers were timed, and all rows of it. */
export interface Measured {
  readonly place: Place;
  /** What the engine is, and what it has. */
  readonly facts: PlaceFacts;
  readonly rows: readonly Row[];
}

/** Node, or a page in Chromium, as most are or cross-origin isolated. */
export type Place = 'node' | 'page' | 'isolated-page';

export interface PlaceFacts {
  readonly engine: string;
  readonly variant: string;
  /** What multiplies signs. */
  readonly binary: string | undefined;
  readonly capabilities: { readonly notes: readonly string[] };
  readonly isIsolated: boolean;
  /** Whether the kernels compute in the memory of TensorFlow.js. */
  readonly sharesMemory: boolean;
  readonly versions: Readonly<Record<string, string>>;
}
