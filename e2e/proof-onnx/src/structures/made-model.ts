import type { ExternalFile } from '@lowbit/onnx';

/** Values of one input, in the type that the runtime wants for it. */
export interface MadeInput {
  readonly type: 'float32' | 'float16' | 'int64' | 'bool';
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint16Array | BigInt64Array | Uint8Array;
}

/** A model that a script made, and inputs to run it on. */
export interface MadeModel {
  readonly name: string;
  /** What the model has that others do not. */
  readonly feature: string;
  readonly bytes: Uint8Array;
  readonly externalData?: readonly ExternalFile[];
  /** Each is one run: the values of every input by name. */
  readonly runs: readonly Readonly<Record<string, MadeInput>>[];
  /** Granularity at 4 bits: groups where a matrix is wide enough. */
  readonly fourBits: 'channel' | 'group:32';
}
