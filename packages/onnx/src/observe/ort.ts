import type { OptionType } from '@lowbit/core/adapter';

/**
 * The part of onnxruntime-web that is used. Users inject the build of their choice: `onnxruntime-web`,
 * `onnxruntime-web/wasm`, `onnxruntime-node` …
 */
export interface OrtRuntime {
  readonly InferenceSession: {
    create(bytes: Uint8Array, options?: OrtSessionOptions): Promise<OrtSession>;
  };
  readonly Tensor: OrtTensorConstructor;
}

export interface OrtSessionOptions {
  readonly executionProviders?: readonly string[];
  readonly graphOptimizationLevel?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all';
  readonly logSeverityLevel?: 0 | 1 | 2 | 3 | 4;
  /** The files beside the model. */
  readonly externalData?: { readonly path: string; readonly data: Uint8Array }[];
}

export interface OrtSession {
  run(
    feeds: Readonly<Record<string, OrtTensor>>,
    options?: Pick<OrtSessionOptions, 'logSeverityLevel'>,
  ): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
}

export interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  /** A typed array, or strings. */
  readonly data: unknown;
  dispose?(): void;
}

// The runtimes' constructors take narrower types of data for each type, which only `never` is assignable to.
export type OrtTensorConstructor = new (type: never, data: never, dims: readonly number[]) => OrtTensor;

/** What is taken for a runtime, where one is given. */
export const runtimeType: OptionType = {
  expected: 'a runtime with InferenceSession and Tensor',
  fits: (value) => typeof (Object(value) as Partial<OrtRuntime>).InferenceSession?.create === 'function',
  remedy: "For instance ort: await import('onnxruntime-web').",
};
