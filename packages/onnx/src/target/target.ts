/** A runtime that a file is made for, as users name it. */
export interface RuntimeTarget {
  readonly runtime: 'ort-web';
  /** Version of onnxruntime-web, `1.20` to `1.30`; a patch version after it changes nothing. */
  readonly version: string;
  /** `wasm`: the CPU provider of any bundle. `webgpu`: the native provider of `onnxruntime-web/webgpu`, from 1.24. */
  readonly provider: 'wasm' | 'webgpu';
}

/** A runtime as the facts know it. */
export interface Runtime {
  /** Second number of the version: 20 … 30. */
  readonly minor: number;
  readonly provider: RuntimeTarget['provider'];
}

/** What the rewritten file must be valid for. */
export interface Target {
  /** Version of the standard operators, which is not raised. */
  readonly opset: number;
  /** IR version of the file as it was. */
  readonly ir: number;
  /** Whether constants stand in a function of the model, which has no initializers. */
  readonly inFunction?: boolean;
  /** Default: {@link defaultRuntime}. */
  readonly runtime?: Runtime;
}

/** The oldest runtime that files are made for without being asked: what it runs, newer ones on WebAssembly run too. */
export const defaultRuntime: Runtime = { minor: 24, provider: 'wasm' };

/** `speed`: what the runtime turns into floats once, at load. `memory`: what stays packed and is decoded on each run. */
export type Optimize = 'speed' | 'memory';

/** What the forms of a model's weights are chosen for. */
export interface FormWish {
  readonly optimize: Optimize;
  readonly runtime?: Runtime | undefined;
}
