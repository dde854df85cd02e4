import { LowbitError } from '@lowbit/core';
import type { GraphProto, ModelProto } from 'onnx-buf';
import type { Fields } from './create-message.js';
import { messageType } from './messages.js';
import { fieldsSize, messageSize, writeMessage } from './encode-message.js';
import { sinkOf, type Sizes } from './sink.js';

/** Protobuf messages end at 2 GiB. */
const largestMessage = 2 ** 31 - 1;

/**
 * The bytes of a model, unknown fields included.
 *
 * @throws LowbitError `model-too-large` above 2 GiB; `model-malformed` when a field holds a value that it cannot.
 */
export function serializeModel(model: ModelProto, where: string): Uint8Array {
  const sizes: Sizes = new Map();
  const message = model as unknown as Fields;
  const size = measured(where, () => messageSize(messageType('ModelProto'), message, sizes));
  if (size > largestMessage) throw tooLarge(size, where);
  const sink = sinkOf(size, sizes);
  writeMessage(sink, message);
  return sink.bytes;
}

/**
 * How many bytes parts of a graph take in a file, their tags and lengths counted.
 *
 * @throws LowbitError `model-malformed` when a field holds a value that it cannot.
 */
export const graphPartsSize = (parts: Partial<GraphProto>, where: string): number =>
  measured(where, () => fieldsSize(messageType('GraphProto'), parts, new Map()));

function measured(where: string, measure: () => number): number {
  try {
    return measure();
  } catch (cause) {
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new LowbitError({ code: 'model-malformed', where, received }, { cause });
  }
}

const tooLarge = (size: number, where: string): LowbitError =>
  new LowbitError({
    code: 'model-too-large',
    where,
    expected: `at most ${largestMessage} bytes, the limit of the file format`,
    received: `${size} bytes`,
    remedy: 'Use fewer bits, or keep the tensors as external data.',
  });
