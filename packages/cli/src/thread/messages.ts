import type { Output } from '../io.js';

/** What a thread that runs a command line is told at its start. */
export interface ThreadStart {
  readonly argv: readonly string[];
  readonly stdout: OutputFacts;
  readonly stderr: OutputFacts;
}

/** What texts depend on. */
export type OutputFacts = Omit<Output, 'write'>;

/** What such a thread sends. */
export type ThreadMessage =
  | { readonly write: 'stdout' | 'stderr'; readonly data: string | Uint8Array }
  /** A file or a folder is about to be made that nobody must find when the work ends before it is done. */
  | { readonly unfinished: string }
  /** More of standard input is wanted. */
  | { readonly wants: 'input' }
  | { readonly status: number };

/** What it can be sent: that its work is cancelled, or a part of standard input, and `null` at its end. */
export type ThreadRequest =
  { readonly cancel: true } | { readonly input: Uint8Array | null } | { readonly inputFailed: string };
