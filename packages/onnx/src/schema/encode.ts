import { toBinary } from '@bufbuild/protobuf';
import { LowbitError } from '@lowbit/core';
import { ModelProtoSchema, type ModelProto } from 'onnx-buf';

/** Protobuf messages end at 2 GiB. */
const largestMessage = 2 ** 31 - 1;

/**
 * The bytes of a model, unknown fields included.
 *
 * @throws LowbitError `model-too-large` above 2 GiB; `model-malformed` when a field holds a value that it cannot.
 */
export function serializeModel(model: ModelProto, where: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = toBinary(ModelProtoSchema, model);
  } catch (cause) {
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new LowbitError({ code: 'model-malformed', where, received }, { cause });
  }
  if (bytes.length <= largestMessage) return bytes;
  throw new LowbitError({
    code: 'model-too-large',
    where,
    expected: `at most ${largestMessage} bytes, the limit of the file format`,
    received: `${bytes.length} bytes`,
    remedy: 'Use fewer bits, or keep the tensors as external data.',
  });
}
