import type { ModelProto } from '../schema/proto.js';

/** The domain of the standard operators, which files also write as the empty string. */
export const standardDomain = 'ai.onnx';

/** A model that was read and checked. Tensor data are views on the bytes that were read. */
export interface OnnxModel {
  /** Name for messages, usually the file's. */
  readonly name: string;
  readonly proto: ModelProto;
  /** IR version, 3 … 13. */
  readonly ir: number;
  /** Version of the standard operators (`ai.onnx`), 1 … 26; of a model that does not import them, what its runtime knows. */
  readonly opset: number;
  /** Operator set versions by domain; the standard one under `ai.onnx`, where it is imported. */
  readonly domains: ReadonlyMap<string, number>;
}

/** The domain's full name. */
export const domainName = (domain: string): string => (domain === '' ? standardDomain : domain);
