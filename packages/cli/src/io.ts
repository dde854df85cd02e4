/** Where text goes: the part of a Node stream that the command line uses. */
export interface Output {
  write(data: string | Uint8Array): unknown;
  /** Whether a person watches: progress and colours are for terminals only. */
  readonly isTTY?: boolean;
  /** Width of the terminal in characters. */
  readonly columns?: number;
}

/** Everything outside that a command touches besides files, so that tests need no process. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  /** The bytes of a model that is named `-`. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}
